/** What a server gives its connections, and hears from them. */
import type { Limits } from "@trunkline/core";
import { type AnswerOptions, type Clock, type CloseName, closeCodes } from "@trunkline/core/internal";
import type { AnnouncedLimits } from "./announced-limits.js";
import type { Connection, FailureReport, Router } from "./define.js";
import type { Guest } from "./guest.js";
import type { Handlers } from "./handlers.js";
import type { Greeting } from "./handshake.js";

/** What all connections of a server share. */
export interface Household<Member> {
  readonly router: Router<object, unknown>;
  readonly contractHash: string;
  readonly limits: Limits;
  /** How its calls are answered. */
  readonly answerOptions: AnswerOptions<Connection>;
  readonly clock: Clock;
  readonly handlers: Handlers;
  readonly announced: AnnouncedLimits;
  report(failure: FailureReport): void;
  /** Runs the application's hooks. May throw, or reject, anything. */
  judge(greeting: Greeting): Promise<Guest>;
  /** The transport is gone; the session waits to be resumed. */
  detached(connection: Member): void;
  /** Heard once, and last. `detail`: for records, a constant sentence of ours. */
  ended(connection: Member, ending: Ending): void;
}

/** Why a connection ended. */
export interface Ending {
  readonly close: CloseName;
  readonly detail: string;
}

/** What the other end, or the transport itself, closed with. */
export const endingOf = (close: CloseName): Ending => ({
  close,
  detail: close === "normal" ? "ended by the client" : `the transport closed: ${closeCodes[close].reason}`,
});

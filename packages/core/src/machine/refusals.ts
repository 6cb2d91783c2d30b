/**
 * Requests that are refused at once: their answers wait to be sent like all others, so they are bounded by their number.
 */
import type { StandardCode } from "../error/codes.js";
import { errorFrame } from "../protocol/encode.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { Session } from "./session.js";

/** Refusals that may wait to be sent, roughly: there are never twice as many. */
const MAX_REFUSALS = 4_096;

export class Refusals {
  readonly #session: Pick<Session<never>, "push" | "backlog">;
  /** Refusals since all had left that waited before them; when so many frames have left, the count begins anew. */
  #count = 0;
  #recountAt = 0;

  constructor(session: Pick<Session<never>, "push" | "backlog">) {
    this.#session = session;
  }

  /** Says no to this request. */
  refuse(id: number, message: string, code: StandardCode = "RESOURCE_EXHAUSTED"): Violation | undefined {
    const { taken, length } = this.#session.backlog;
    if (taken >= this.#recountAt) {
      this.#count = 0;
      this.#recountAt = taken + length + 1;
    }
    if (++this.#count > MAX_REFUSALS) return violation("tooManyRefusals", "flood");
    this.#session.push(errorFrame(id, { code, message, refused: true }), id);
    return undefined;
  }
}

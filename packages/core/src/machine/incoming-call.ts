/** One call the other end has made: what it asks, and how far its answer has come. */
import type { CallFrame, Meta, SubscribeFrame } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import { CreditBalance } from "./credit.js";
import type { IncomingUpstream } from "./incoming-upstream.js";
import type { Priority } from "./scheduler.js";

/**
 * How far an answer has come; how it ends stands in `incoming-calls.ts`. `running`: the handler works. `abandoned`: nobody
 * waits for it, and the handler has not settled yet. A stream is `starting`, then `paused` (no credit, or no room) or
 * `pulling` (its source was asked for one event): `pulled-streams.ts`. One that a topic feeds goes other ways after
 * `starting`, which stand in `joined-streams.ts`.
 */
export type IncomingState =
  | "running"
  | "starting"
  | "paused"
  | "pulling"
  | "apart"
  | "joining"
  | "joined"
  | "asking"
  | "abandoned"
  | "settled";

/** Where a joined stream stands, as offsets in its topic's log. */
export interface Standing {
  readonly topic: number;
  readonly joined: number;
  /** The last offset it was fed. */
  fed: number;
}

/** The machine owns `state`, `standing`, `upstream` and `deadline`; the hands own `work`, which the machine never looks into, and set `priority` before they answer. */
export class IncomingCall<Work> {
  state: IncomingState;
  work: Work | undefined;
  priority: Priority = "normal";
  /** Present once a stream was joined to a topic. */
  standing: Standing | undefined;
  /** Present from the first frame of an upstream on, or from when it was declined. */
  upstream: IncomingUpstream | undefined;
  readonly id: number;
  readonly path: string;
  readonly meta: Meta | undefined;
  readonly input: unknown;
  /** The bytes its input speaks of. */
  readonly blob: Uint8Array | undefined;
  /** Subscriptions: the event after which to continue. */
  readonly lastEventId: string | undefined;
  /** Present for subscriptions only. */
  readonly balance: CreditBalance | undefined;

  constructor(
    frame: CallFrame | SubscribeFrame,
    /** When the call expires, by the clock of this conversation. `Infinity`: never. */
    public deadline: number,
    /** When its caller gives up, however long it is let run. */
    readonly latest = deadline,
  ) {
    this.id = frame.id;
    this.path = frame.path;
    this.meta = frame.meta;
    this.input = frame.input;
    this.blob = frame.blob;
    if (frame.op === op.subscribe) {
      this.state = "starting";
      this.lastEventId = frame.lastEventId;
      this.balance = new CreditBalance(frame.credit);
    } else this.state = "running";
  }

  /** Its upstream has shown a sign of life: from here `callMaxMs` counts anew. Streams are not bounded by it. */
  keepAlive(now: number, callMaxMs: number): void {
    if (this.balance === undefined) this.deadline = Math.min(this.latest, now + callMaxMs);
  }
}

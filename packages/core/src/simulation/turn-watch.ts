/**
 * Looks at one machine before and after each of its turns (I6, I8, I9). What is kept for replay, `WireWatch` counts.
 */
import type { Conversation } from "../machine/conversation.js";
import type { Limits } from "../protocol/limits.js";
import type { Trace } from "./trace.js";

type Watched = Pick<Conversation<never, never>, "holdings" | "state" | "received" | "taken">;

/** How much later than asked a verdict may come: the turn of the tick itself. */
const SLACK_MS = 1;

export interface TurnWatchOptions {
  readonly name: string;
  readonly limits: Limits;
  readonly trace: Trace;
}

export class TurnWatch {
  readonly #watched: Watched;
  readonly #options: TurnWatchOptions;
  /** When the backlog passed its hard bound. */
  #overSince = Infinity;
  /** What had gone, and since when nothing has although much that is large waits. */
  #taken = 0;
  #stuckSince = Infinity;
  #stuckBefore = Infinity;

  constructor(watched: Watched, options: TurnWatchOptions) {
    this.#watched = watched;
    this.#options = options;
  }

  /** A turn begins. `stale`: with a message of an older transport. Returns what looks at the turn's effects. */
  begin(stale: boolean): (effects: readonly { readonly type: string }[]) => void {
    const { name, trace } = this.#options;
    const { received, state: before, holdings } = this.#watched;
    this.#stuckBefore = this.#stuckSince;
    return (effects) => {
      const soft = this.#options.limits.outboundSoftBytes;
      const hadRoom = holdings.backlog < soft || this.#watched.holdings.backlog < soft;
      const pulls = effects.some(({ type }) => type === "pull" || type === "read");
      this.#expect(!pulls || hadRoom, `an event is pulled with ${holdings.backlog} waiting, soft bound ${soft}`);
      // An acknowledgement that is due, or room that is found, in this turn is not of the message's making.
      const idle = effects.every(
        ({ type }) => type === "pull" || type === "read" || type === "wake" || type === "flush",
      );
      const untouched = idle && this.#watched.received === received;
      trace.check(!stale || untouched, "I8", () => `${name}: a message of an older transport has an effect`);
      const dispatches = effects.some(({ type }) => type === "request");
      trace.check(!dispatches || before.name === "attached", "I9", () => `${name} starts a call while ${before.name}`);
    };
  }

  /** A turn is over: is every buffer within its published bound? */
  end(now: number): void {
    const { calls, subscriptions, outboundHardBytes, outboundHardMs } = this.#options.limits;
    const { handlers, backlog, bulk } = this.#watched.holdings;
    const { taken, state } = this.#watched;
    // What was given up, or is repeated, is no progress.
    const isHere = state.name === "attached";
    const stuck = isHere && bulk > outboundHardBytes && taken === this.#taken;
    const isOver = isHere && backlog > outboundHardBytes;
    if (!stuck && !isOver) this.#stuckSince = Infinity;
    else if (this.#stuckSince === Infinity) this.#stuckSince = now;
    this.#taken = taken;
    this.#expect(handlers <= calls + subscriptions, `${handlers} handlers`);
    if (!isOver) this.#overSince = Infinity;
    else if (this.#overSince === Infinity) this.#overSince = now;
    const overMs = now - this.#overSince;
    this.#expect(!(overMs > outboundHardMs + SLACK_MS), `${overMs} ms above the hard bound`);
  }

  /** The machine calls its reader too slow. From here it counts anew. */
  judged(now: number): void {
    // A turn that breaks the session is over before it is looked at: what it found stood before it.
    const overMs = now - Math.min(this.#overSince, this.#stuckBefore);
    this.#expect(overMs >= this.#options.limits.outboundHardMs, `too slow after ${overMs} ms above the hard bound`);
    this.#overSince = now;
  }

  #expect(holds: boolean, found: string): void {
    this.#options.trace.check(holds, "I6", () => `${this.#options.name}: ${found}`);
  }
}

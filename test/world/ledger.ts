/** What a world has counted, and the first thing in it that did not hold. Nothing is thrown where it would be caught. */
import type { Invariant, InvariantBroken, Trace } from "@trunkline/core/simulation";

/** Counted as they happen. The last four are what is promised never to be. */
export interface Figures {
  calls: number;
  answers: number;
  events: number;
  gaps: number;
  /** Items of upstreams that handlers have read, and calls that servers have made. */
  items: number;
  callbacks: number;
  /** Pieces of large frames that were said, and answers that came out of a cache. */
  parts: number;
  cached: number;
  dials: number;
  sessions: number;
  /** Produced, and neither delivered nor told as missing. */
  lost: number;
  /** Delivered, or done, more often than once. */
  duplicated: number;
  reordered: number;
  unsettled: number;
}

export type Harm = "lost" | "duplicated" | "reordered" | "unsettled";

export class Ledger {
  readonly figures: Figures = {
    calls: 0,
    answers: 0,
    events: 0,
    gaps: 0,
    items: 0,
    callbacks: 0,
    parts: 0,
    cached: 0,
    dials: 0,
    sessions: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    unsettled: 0,
  };
  readonly #trace: Trace;
  #broken: InvariantBroken | undefined;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** What did not hold first. */
  get broken(): InvariantBroken | undefined {
    return this.#broken;
  }

  say(who: string, what: string): void {
    this.#trace.say(who, what);
  }

  /** Notes it unless it holds. `detail` is made only then; `harm` is counted each time. */
  check(holds: boolean, invariant: Invariant, detail: () => string, harm?: Harm): void {
    if (holds) return;
    if (harm !== undefined) this.figures[harm]++;
    this.#broken ??= this.#trace.broken(invariant, detail());
  }
}

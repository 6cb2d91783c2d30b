/**
 * The one pace at which all sources of a peer are asked for what comes next (those of streams, and those of our callers'
 * upstreams), and when a turn is over.
 *
 * Steps lead to one another from promise to promise, as those of a source that never waits do: nothing else would run
 * meanwhile. After so many, everything else in this process has its turn.
 *
 * Such a source gives its next event a few promises after it was asked. As long as one may still do so, what was said
 * waits for it, to travel along.
 *
 * Whatever has sources brings this class along: an end without any does not load it.
 */
import type { Clock } from "../clock.js";

const STEPS = 1_024;

/** What an asynchronous generator takes from question to answer, and one more for who passes its events on. */
const PROMISES = 4;

export class Pace {
  readonly #clock: Pick<Clock, "later">;
  #steps = 0;
  #patience = 0;
  /** At most one step for each call that is open. */
  #waiting: (() => void)[] = [];
  readonly #breathe = () => this.#goOn();

  constructor(clock: Pick<Clock, "later">) {
    this.#clock = clock;
  }

  /** Asks a source, now or after a breath. */
  step<Call>(act: (call: Call) => void, call: Call): void {
    if (this.#steps === STEPS) return void this.#waiting.push(() => this.step(act, call));
    if (++this.#steps === STEPS) this.#clock.later(this.#breathe);
    this.#patience = PROMISES;
    act(call);
  }

  /** Whether to wait for one promise more, before the source that was asked last is taken for one that has nothing ready. */
  wait(): boolean {
    if (this.#patience === 0) return false;
    this.#patience--;
    return true;
  }

  clear(): void {
    this.#waiting = [];
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#steps = 0;
    for (const go of waiting) go();
  }
}

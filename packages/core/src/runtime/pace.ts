/**
 * Steps that lead to one another from promise to promise, as those of a source that never waits do: nothing else would run
 * meanwhile. After so many in a row, everything else in this process has its turn.
 */
import type { Alarm, Clock } from "../clock.js";

const STEPS = 1_024;

export class Pace {
  readonly #clock: Clock;
  readonly #breath: Alarm;
  #steps = 0;
  /** At most one step for each call that is open. */
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#breath = clock.alarm(() => this.#goOn());
  }

  /** Takes a step, now or after a breath. */
  step<Call>(act: (call: Call) => void, call: Call): void {
    if (this.#steps === STEPS) return void this.#waiting.push(() => this.step(act, call));
    if (++this.#steps === STEPS) this.#breath.set(this.#clock.now());
    act(call);
  }

  clear(): void {
    this.#breath.clear();
    this.#waiting = [];
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#steps = 0;
    for (const go of waiting) go();
  }
}

/**
 * A rate, as a bucket of tokens that fills by itself: what is spent beyond it is a debt, and time pays it. Pure: time is
 * an argument. What has already arrived cannot be refused, so spending never fails; whoever spends looks at the debt.
 */

/** A full bucket holds what ten seconds bring: a burst of that size costs nothing. */
const BURST_SECONDS = 10;

export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #at: number;

  /** Full at `now`. `Infinity`: it never empties. */
  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1_000;
    this.#capacity = perSecond * BURST_SECONDS;
    this.#tokens = this.#capacity;
    this.#at = now;
  }

  spend(count: number, now: number): void {
    if (this.#perMs === Infinity) return;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs) - count;
    this.#at = now;
  }

  /** How long it takes, from the last spending, until nothing is owed. */
  get debtMs(): number {
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }
}

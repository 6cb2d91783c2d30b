/** How fast one person may speak: some messages at once, then one a second. */
const AT_ONCE = 8;
const REFILL_MS = 1_000;

export class Pace {
  /** When the allowance is whole again, on the clock of `performance.now()`. */
  #wholeAt = 0;

  /** Takes one message from the allowance. Returns 0, or in how many milliseconds there is one. */
  take(now = performance.now()): number {
    const wholeAt = Math.max(this.#wholeAt, now) + REFILL_MS;
    const waitMs = Math.ceil(wholeAt - now - AT_ONCE * REFILL_MS);
    if (waitMs > 0) return waitMs;
    this.#wholeAt = wholeAt;
    return 0;
  }
}

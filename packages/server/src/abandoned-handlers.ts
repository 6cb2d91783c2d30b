/**
 * Handlers that nobody waits for any more, and that have not settled: of calls that were cancelled or timed out, and of
 * sessions that have ended. Each connection counts its own; but whoever comes back as somebody new leaves them behind,
 * so they are counted for the whole process too, and above a bound nothing new is begun.
 */

/** Thrown for a call that is not begun, and known again where it is explained. */
export const tooManyAbandoned = new Error("too many handlers that were cancelled have not stopped");

export class AbandonedHandlers {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws where nothing new may be begun. */
  check(): void {
    if (this.#count >= this.#limit) throw tooManyAbandoned;
  }

  changed(change: 1 | -1): void {
    this.#count += change;
  }
}

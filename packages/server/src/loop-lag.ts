/**
 * Whether a process keeps up, told by how late its timers come. One that was asleep is late once; one that has more to do
 * than it can is late again and again. Pure: whoever has a timer says how late it was.
 */

/** How often in a row a timer must be late. */
export const LATE_IN_A_ROW = 5;

export class LoopLag {
  readonly #boundMs: number;
  #late = 0;

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  /** A timer came so much after its time. */
  came(lateMs: number): void {
    this.#late = lateMs > this.#boundMs ? this.#late + 1 : 0;
  }

  /** Nobody looks any more. */
  reset(): void {
    this.#late = 0;
  }

  /** It has not kept up for some time. */
  get lasts(): boolean {
    return this.#late >= LATE_IN_A_ROW;
  }
}

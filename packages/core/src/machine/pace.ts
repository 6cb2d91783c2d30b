/**
 * How much of large frames may be under way at a time. A small frame waits behind whatever was written before it, also
 * in buffers that nobody here can see; so parts are only written as fast as the other end acknowledges them, and only so
 * many as do not make it take longer.
 *
 * The window grows with every acknowledgement that came about as fast as the fastest, and is halved by one that was late:
 * then parts queue somewhere. It is never below what keeps a usual link busy, and never above what the session may hold.
 * A part may take half of what it is above {@link QUICK_BYTES}, and {@link PART_BYTES} in any case: where a line is quick, a
 * few large parts cost less than many small ones.
 */

/** The smallest window: at 10 Mbit/s, 105 ms of line. */
const LEAST_BYTES = 96 * 1024;
/** A line with so much under way is not slow. */
const QUICK_BYTES = 2 * LEAST_BYTES;
/** Later than the fastest by so much: parts queue. */
const LATE_MS = 30;
/** What a part takes where nothing is known of the line yet, and where it is slow. */
export const PART_BYTES = 32 * 1024;

interface UnderWay {
  readonly number: number;
  readonly size: number;
  /** NaN for what tells nothing of the line: it was written on an earlier transport, or is small. */
  at: number;
}

export class Pace {
  readonly #most: number;
  readonly #least: number;
  #window: number;
  #fastestMs = Infinity;
  #size = 0;
  readonly #underWay: UnderWay[] = [];

  /** `most`: what parts may take of what is held for replay. */
  constructor(most: number) {
    this.#most = most;
    this.#least = Math.min(LEAST_BYTES, most);
    this.#window = this.#least;
  }

  /** Whether another part may be written. */
  get isOpen(): boolean {
    return this.#size < this.#window;
  }

  /** What the next part may take. */
  get partBytes(): number {
    return Math.max(PART_BYTES, Math.floor((this.#window - QUICK_BYTES) / 2));
  }

  /** A part was written, as the frame of this number. `now`: NaN where its acknowledgement will tell nothing. */
  sent(number: number, size: number, now: number): void {
    this.#underWay.push({ number, size, at: now });
    this.#size += size;
  }

  /** The first `count` frames of the session have arrived. */
  acknowledged(count: number, now: number): void {
    let arrived = 0;
    let tookMs = Number.NaN;
    while (this.#underWay.length > 0 && this.#underWay[0]!.number <= count) {
      const { size, at } = this.#underWay.shift()!;
      arrived += size;
      tookMs = now - at;
    }
    this.#size -= arrived;
    if (Number.isNaN(tookMs)) return;
    this.#fastestMs = Math.min(this.#fastestMs, tookMs);
    this.#window =
      tookMs > this.#fastestMs + LATE_MS
        ? Math.max(this.#least, this.#window / 2)
        : Math.min(this.#most, this.#window + arrived);
  }

  /** Another transport: how fast it is is not known yet. */
  restart(): void {
    this.#fastestMs = Infinity;
    this.#window = this.#least;
    for (const part of this.#underWay) part.at = Number.NaN;
  }

  clear(): void {
    this.#underWay.length = 0;
    this.#size = 0;
    this.restart();
  }
}

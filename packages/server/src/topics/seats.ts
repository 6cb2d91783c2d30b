/** The streams that a topic feeds, at most one of each reader, and the round in which they are served. */

/** A stream that has its turn with others. */
export interface Seated {
  /** Gives it what it has room for. True: there is more for it. */
  serve(): boolean;
  fail(error: unknown): void;
}

export class Seats {
  readonly #streams = new Map<object, Seated>();
  /** Streams that are still to be looked at before the round is over. */
  #left = 0;
  /** Where the round is: it goes on there, so that nobody is served twice while others wait. */
  #at: Iterator<Seated> | undefined;

  get size(): number {
    return this.#streams.size;
  }

  /** Whether a round is not over. */
  get busy(): boolean {
    return this.#left > 0;
  }

  /** False: the reader has a stream here already. */
  add(reader: object, stream: Seated): boolean {
    if (this.#streams.has(reader)) return false;
    this.#streams.set(reader, stream);
    return true;
  }

  has(reader: object, stream: Seated): boolean {
    return this.#streams.get(reader) === stream;
  }

  remove(reader: object): void {
    this.#streams.delete(reader);
  }

  /** A round for everybody, from where the last one is. */
  begin(): void {
    this.#left = this.#streams.size;
  }

  /** Serves at most so many streams. Returns how many. */
  serve(streams: number): number {
    let served = 0;
    for (; served < streams && this.#left > 0; served++) {
      this.#left--;
      const next = this.#next();
      if (next === undefined) this.#left = 0;
      // Who is far behind may need another round.
      else if (next.serve()) this.begin();
    }
    return served;
  }

  [Symbol.iterator](): Iterator<Seated> {
    return this.#streams.values();
  }

  /** A map's iterator goes on rightly while streams come and go. */
  #next(): Seated | undefined {
    const step = this.#at?.next();
    if (step !== undefined && !step.done) return step.value;
    this.#at = this.#streams.values();
    return this.#at.next().value;
  }
}

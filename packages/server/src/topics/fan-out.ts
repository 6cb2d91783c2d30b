/**
 * Whose turn it is: topics that have something for their streams are served one slice of streams after the other, and
 * everything else in this process has its turn between two slices. What is published meanwhile travels with the rest.
 */
import type { Clock } from "@trunkline/core/internal";

/** Streams served before everything else has its turn. */
const SLICE = 64;

/** A topic with streams to be served. */
export interface FannedOut {
  /** Serves at most so many. Returns how many it served; less than that: nobody is left. */
  serve(streams: number): number;
}

export class FanOut {
  readonly #clock: Pick<Clock, "later">;
  readonly #due = new Set<FannedOut>();
  #asked = false;
  readonly #turn = () => this.#serve();

  constructor(clock: Pick<Clock, "later">) {
    this.#clock = clock;
  }

  add(topic: FannedOut): void {
    this.#due.add(topic);
    this.#ask();
  }

  remove(topic: FannedOut): void {
    this.#due.delete(topic);
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#clock.later(this.#turn);
  }

  #serve(): void {
    this.#asked = false;
    let left = SLICE;
    for (const topic of this.#due) {
      this.#due.delete(topic);
      left -= topic.serve(left);
      if (left > 0) continue;
      // It was not done, or just so: behind the others it goes on.
      this.#due.add(topic);
      break;
    }
    if (this.#due.size > 0) this.#ask();
  }
}

/**
 * Whose turn it is: topics that have something for their streams are served one slice of streams after the other, and
 * everything else in this process has its turn between two slices. What is published meanwhile travels with the rest.
 *
 * A topic that has gone round rests for as long as the round took: where more comes than is easily written, more of it
 * travels together, and fanning out takes half of this process at most. What comes after a rest goes at once.
 */
import type { Alarm, Clock } from "@trunkline/core/internal";

/** Streams served before everything else has its turn. */
const SLICE = 64;

/** Rests that are shorter are none: no timer is that exact. */
const SHORTEST_REST_MS = 1;
const LONGEST_REST_MS = 10;

/** A topic with streams to be served. */
export interface FannedOut {
  /** How many there are. */
  readonly streams: number;
  /** Serves at most so many. Returns how many it served; less than that: nobody is left. */
  serve(streams: number): number;
}

interface Round {
  readonly since: number;
  served: number;
}

interface Rest {
  readonly until: number;
  /** Something came meanwhile. */
  isWanted: boolean;
}

export class FanOut {
  readonly #clock: Pick<Clock, "later" | "now" | "alarm">;
  readonly #alarm: Alarm;
  readonly #due = new Map<FannedOut, Round>();
  /** Those whose rest is over, and unwanted, among them. */
  readonly #resting = new Map<FannedOut, Rest>();
  #asked = false;
  readonly #turn = () => this.#serve();

  constructor(clock: Pick<Clock, "later" | "now" | "alarm">) {
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#wake());
  }

  add(topic: FannedOut): void {
    if (this.#due.has(topic)) return;
    const now = this.#clock.now();
    const rest = this.#resting.get(topic);
    if (rest !== undefined && now < rest.until) {
      if (rest.isWanted) return;
      rest.isWanted = true;
      return this.#setAlarm();
    }
    this.#resting.delete(topic);
    this.#due.set(topic, { since: now, served: 0 });
    this.#ask();
  }

  remove(topic: FannedOut): void {
    this.#due.delete(topic);
    this.#resting.delete(topic);
    this.#setAlarm();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#clock.later(this.#turn);
  }

  #serve(): void {
    this.#asked = false;
    let left = SLICE;
    for (const [topic, round] of this.#due) {
      this.#due.delete(topic);
      const served = topic.serve(left);
      round.served += served;
      const isLeft = served === left;
      left -= served;
      if (!isLeft || round.served >= topic.streams) this.#rest(topic, round.since, isLeft);
      // Behind the others it goes on.
      else this.#due.set(topic, round);
      if (left === 0) break;
    }
    if (this.#due.size > 0) this.#ask();
  }

  /** It has gone round. `isWanted`: and goes round again. */
  #rest(topic: FannedOut, since: number, isWanted: boolean): void {
    // Whoever was served last may have been the last to leave.
    if (topic.streams === 0) return;
    const now = this.#clock.now();
    const restMs = Math.min(now - since, LONGEST_REST_MS);
    if (restMs >= SHORTEST_REST_MS) {
      this.#resting.set(topic, { until: now + restMs, isWanted });
      this.#setAlarm();
    } else if (isWanted) this.#due.set(topic, { since: now, served: 0 });
  }

  #setAlarm(): void {
    let next = Infinity;
    for (const { until, isWanted } of this.#resting.values()) if (isWanted && until < next) next = until;
    this.#alarm.set(next);
  }

  #wake(): void {
    const now = this.#clock.now();
    for (const [topic, { until, isWanted }] of this.#resting) {
      if (until > now) continue;
      this.#resting.delete(topic);
      if (isWanted) this.add(topic);
    }
    this.#setAlarm();
  }
}

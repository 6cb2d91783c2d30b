/**
 * When a call's handler may begin. At most `handlers` run at a time, and those that compute share the process: they begin
 * in slices, between which everything else has its turn, so that whoever cannot be served is told so at once. What cannot
 * begin waits, in a lane for each connection; lanes take turns, so that one that asks for much holds up nobody else.
 *
 * Whether a call may wait is judged when it arrives: the queue knows how fast it moves, and so about how long it would be.
 * More than half the time its caller has, or more than `queueMs`: it is refused. Nobody waits longer than `queueMs`,
 * whatever was expected.
 *
 * Pure: time is an argument.
 */
import type { Limits } from "@trunkline/core";
import { Fifo } from "@trunkline/core/internal";

export type RunBounds = Pick<Limits, "handlers" | "queuedCalls" | "queueMs">;

/** How long handlers may begin one after the other before everything else has its turn. */
export const SLICE_MS = 10;
/** For how long, and by how many who begin, the pace is measured before it is believed, and then anew: handlers settle in bursts. */
const MEASURE_MS = 50;
const MEASURE_BEGUN = 8;
/** How much of the pace the latest measure is. */
const WEIGHT = 1 / 2;
/** What part of `queueMs` too early one may be refused, along with another: each who is looked for costs a look at every lane. */
const EARLY = 1 / 64;
/** No more than this is believed of the time between two: a process that was asleep has not become slow. */
const MAX_STEP_MS = 100;

interface Waiting<Job> {
  readonly job: Job;
  readonly since: number;
}

/** Those who wait on one connection, in the order they came. */
export class Lane<Job> {
  readonly waiting = new Fifo<Waiting<Job>>();
}

export class RunQueue<Job> {
  readonly #bounds: RunBounds;
  /** Those in which somebody waits, the one whose turn is next first. */
  readonly #lanes = new Fifo<Lane<Job>>();
  #size = 0;
  /** Nobody who waits came before this. */
  #earliest = Infinity;
  #running = 0;
  /** When the slice began. */
  #sliceAt = -Infinity;
  /** Whether the end of this turn will be told. */
  #marked = false;
  /** What the next measure of the pace is made of: for how long somebody has waited, up to when, and how many began. */
  #busyMs = 0;
  #busyAt = 0;
  #begun = 0;
  /** Between two who begin, on average; 0: it is not known yet. */
  #paceMs = 0;

  constructor(bounds: RunBounds) {
    this.#bounds = bounds;
  }

  /** Calls that wait. */
  get size(): number {
    return this.#size;
  }

  /** Handlers that have begun and not settled. Those that settle as they begin are never among them. */
  get running(): number {
    return this.#running;
  }

  /** Whether {@link turn} must be called when everything else has had its turn. */
  get marked(): boolean {
    return this.#marked;
  }

  /** Until then nobody will have waited too long: the time to ask for the {@link expired}. */
  get deadline(): number {
    return this.#earliest + this.#bounds.queueMs;
  }

  /** A call arrives: whether its handler may begin at once. */
  mayRun(now: number): boolean {
    if (this.#size > 0 || this.#running >= this.#bounds.handlers) return false;
    if (now - this.#sliceAt <= SLICE_MS) return true;
    // In a turn whose end is told, the slice is over. Else this may be another turn, and the end of this one is asked for.
    if (this.#marked) return false;
    this.#beginSlice(now);
    return true;
  }

  /** It may not: whether it may wait, or is refused. `patienceMs`: how long its caller waits for the answer. */
  mayWait(lane: Lane<Job>, patienceMs: number): boolean {
    const { queueMs, queuedCalls } = this.#bounds;
    return this.#size < queuedCalls && this.#expectedMs(lane) <= Math.min(queueMs, patienceMs / 2);
  }

  add(job: Job, lane: Lane<Job>, now: number): void {
    if (this.#size === 0) {
      this.#busyAt = now;
      this.#earliest = now;
    }
    if (lane.waiting.length === 0) this.#lanes.push(lane);
    lane.waiting.push({ job, since: now });
    this.#size++;
  }

  /** Everything else has had its turn: another slice begins. */
  turn(now: number): void {
    this.#marked = false;
    if (this.ready) this.#beginSlice(now);
  }

  /** Where somebody has waited for too long, who is refused: that one, and all who soon would have. */
  expired(now: number): Job[] {
    const expired: Job[] = [];
    if (now < this.deadline) return expired;
    const patienceMs = this.#bounds.queueMs * (1 - EARLY);
    const lanes = this.#lanes.clear();
    this.#earliest = Infinity;
    for (const lane of lanes) {
      const { waiting } = lane;
      while (waiting.length > 0 && now >= waiting.at(0).since + patienceMs) expired.push(this.#leave(lane).job);
      if (waiting.length === 0) continue;
      this.#lanes.push(lane);
      this.#earliest = Math.min(this.#earliest, waiting.at(0).since);
    }
    return expired;
  }

  /** Who begins now, and how long it has waited. Undefined: nobody waits, or may begin in this slice. */
  next(now: number): { readonly job: Job; readonly waitedMs: number } | undefined {
    if (this.#running >= this.#bounds.handlers || now - this.#sliceAt > SLICE_MS) return undefined;
    if (this.#size === 0) return undefined;
    const lane = this.#lanes.at(0);
    this.#lanes.drop(1);
    const { job, since } = this.#leave(lane);
    if (lane.waiting.length > 0) this.#lanes.push(lane);
    this.#measure(now);
    return { job, waitedMs: now - since };
  }

  /** A handler goes on after it has begun. */
  begin(): void {
    this.#running++;
  }

  /** One of these has settled. */
  settle(): void {
    this.#running--;
  }

  /** Whether somebody could begin in another slice. */
  get ready(): boolean {
    return this.#size > 0 && this.#running < this.#bounds.handlers;
  }

  /** Forgets all who wait. */
  clear(): Job[] {
    this.#size = 0;
    this.#earliest = Infinity;
    return this.#lanes.clear().flatMap(({ waiting }) => waiting.clear().map(({ job }) => job));
  }

  /** How long one more of this lane would wait: lanes take turns, so the length of its own counts more than that of all. */
  #expectedMs({ waiting }: Lane<Job>): number {
    const own = waiting.length;
    const others = this.#lanes.length - (own > 0 ? 1 : 0);
    return Math.min(this.#size, own + others * (own + 1)) * this.#paceMs;
  }

  #measure(now: number): void {
    this.#busyMs += Math.min(now - this.#busyAt, MAX_STEP_MS);
    this.#busyAt = now;
    this.#begun++;
    if (this.#busyMs < MEASURE_MS || this.#begun < MEASURE_BEGUN) return;
    const paceMs = this.#busyMs / this.#begun;
    this.#paceMs = this.#paceMs === 0 ? paceMs : this.#paceMs + (paceMs - this.#paceMs) * WEIGHT;
    this.#busyMs = 0;
    this.#begun = 0;
  }

  #beginSlice(now: number): void {
    this.#sliceAt = now;
    this.#marked = true;
  }

  /** The first of this lane, who waits no longer. */
  #leave({ waiting }: Lane<Job>): Waiting<Job> {
    const first = waiting.at(0);
    waiting.drop(1);
    if (--this.#size === 0) this.#earliest = Infinity;
    return first;
  }
}

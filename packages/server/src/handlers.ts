/**
 * Begins the handlers of calls: at once where the run queue lets it, later or never where it does not. A call that is
 * refused, or whose caller has gone while it waited, never reaches its handler. Streams are bounded by their number for
 * each connection, and do not wait here.
 */
import type { Limits } from "@trunkline/core";
import type { Alarm, Answerer, Clock, Encoded, Work } from "@trunkline/core/internal";
import { AbandonedHandlers, tooManyAbandoned } from "./abandoned-handlers.js";
import { Lane, RunQueue } from "./run-queue.js";

/** Thrown for a call that is not begun, and known again where it is explained. */
const refusal = new Error("the server has more to do than it can");

/** A call that waits, and who waits for it. */
interface Job {
  readonly work: Work;
  readonly answerer: Answerer;
  resolve(value: Encoded | Promise<Encoded>): void;
  reject(error: unknown): void;
}

export class Handlers {
  /** Those of this server that nobody waits for. */
  readonly abandoned: AbandonedHandlers;
  readonly #clock: Clock;
  readonly #queue: RunQueue<Job>;
  /** When somebody may have waited too long. */
  readonly #alarm: Alarm;
  /** A turn is coming. */
  #coming = false;
  readonly #turn = () => {
    this.#coming = false;
    this.#drain();
  };
  readonly #settled = () => {
    this.#queue.settle();
    if (this.#queue.ready) this.#askForTurn();
  };

  constructor(limits: Limits, clock: Clock) {
    this.abandoned = new AbandonedHandlers(limits.abandonedHandlers);
    this.#clock = clock;
    this.#queue = new RunQueue(limits);
    this.#alarm = clock.alarm(() => this.#drain());
  }

  /** Calls that wait for their handlers to begin. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * The same answers for one connection, each when its time has come, and none to new calls while too many handlers ignore
   * that they are abandoned.
   */
  bound(answerer: Answerer): Answerer {
    return new Bound(this, answerer);
  }

  /** Nobody who waits will begin. */
  close(): void {
    for (const job of this.#queue.clear()) job.reject(refusal);
    this.#alarm.clear();
  }

  /** Answers a call of the connection that this is. */
  once(work: Work, bound: Bound): Encoded | Promise<Encoded> {
    const now = this.#clock.now();
    const mayRun = this.#queue.mayRun(now);
    if (this.#queue.marked) this.#askForTurn();
    if (mayRun) return this.#run(work, bound.answerer);
    const { answerer, lane } = bound;
    if (!this.#queue.mayWait(lane, work.deadline)) throw refusal;
    const answer = new Promise<Encoded>((resolve, reject) => {
      this.#queue.add({ work, answerer, resolve, reject }, lane, now);
    });
    if (this.#queue.ready) this.#askForTurn();
    this.#alarm.set(this.#queue.deadline);
    return answer;
  }

  #run(work: Work, answerer: Answerer): Encoded | Promise<Encoded> {
    this.abandoned.check();
    const answer = answerer.once(work);
    if (!(answer instanceof Promise)) return answer;
    this.#queue.begin();
    answer.then(this.#settled, this.#settled);
    return answer;
  }

  #drain(): void {
    let now = this.#clock.now();
    this.#queue.turn(now);
    for (let next = this.#queue.next(now); next !== undefined; next = this.#queue.next(now)) {
      const { job, waitedMs } = next;
      job.work.waited(waitedMs);
      this.#begin(job);
      now = this.#clock.now();
    }
    // After whoever may begin has: a process that was asleep makes nobody late.
    for (const job of this.#queue.expired(now)) job.reject(refusal);
    if (this.#queue.ready || this.#queue.marked) this.#askForTurn();
    this.#alarm.set(this.#queue.deadline);
  }

  #begin({ work, answerer, resolve, reject }: Job): void {
    // Its time is over, or its caller has gone: what nobody waits for does not begin.
    if (work.aborted || work.deadline <= 0) return reject(refusal);
    try {
      resolve(this.#run(work, answerer));
    } catch (error) {
      reject(error);
    }
  }

  #askForTurn(): void {
    if (this.#coming) return;
    this.#coming = true;
    this.#clock.later(this.#turn);
  }
}

class Bound implements Answerer {
  readonly #handlers: Handlers;
  readonly answerer: Answerer;
  #lane: Lane<Job> | undefined;

  constructor(handlers: Handlers, answerer: Answerer) {
    this.#handlers = handlers;
    this.answerer = answerer;
  }

  /** Made for the first call that waits: most connections have none. */
  get lane(): Lane<Job> {
    this.#lane ??= new Lane();
    return this.#lane;
  }

  once(work: Work): Encoded | Promise<Encoded> {
    return this.#handlers.once(work, this);
  }

  stream(work: Work): ReturnType<Answerer["stream"]> {
    this.#handlers.abandoned.check();
    return this.answerer.stream(work);
  }

  explain(error: unknown, work: Work): ReturnType<Answerer["explain"]> {
    const refused = [refusal, tooManyAbandoned].find((one) => one === error);
    if (refused === undefined) return this.answerer.explain(error, work);
    return { code: "RESOURCE_EXHAUSTED", message: refused.message, refused: true };
  }

  oversized(work: Work): void {
    this.answerer.oversized?.(work);
  }

  abandoned(change: 1 | -1): void {
    this.#handlers.abandoned.changed(change);
  }
}

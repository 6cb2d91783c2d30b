/**
 * Handlers that nobody waits for any more, and that have not settled: of calls that were cancelled or timed out, and of
 * sessions that have ended. Each connection counts its own; but whoever comes back as somebody new leaves them behind,
 * so they are counted for the whole process too, and above a bound nothing new is begun.
 */
import type { Answerer, Encoded, Work } from "@trunkline/core/internal";

/** Thrown for a call that is not begun, and known again where it is explained. */
const refusal = new Error("too many handlers that were cancelled have not stopped");

export class AbandonedHandlers {
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** The same answers, but none to new calls while too many handlers ignore that they are abandoned. */
  bound(answerer: Answerer): Answerer {
    return new BoundAnswerer(this, answerer);
  }

  /** @throws where nothing new may be begun. */
  check(): void {
    if (this.#count >= this.#limit) throw refusal;
  }

  changed(change: 1 | -1): void {
    this.#count += change;
  }
}

class BoundAnswerer implements Answerer {
  readonly #handlers: AbandonedHandlers;
  readonly #answerer: Answerer;

  constructor(handlers: AbandonedHandlers, answerer: Answerer) {
    this.#handlers = handlers;
    this.#answerer = answerer;
  }

  once(work: Work): Encoded | Promise<Encoded> {
    this.#handlers.check();
    return this.#answerer.once(work);
  }

  stream(work: Work): ReturnType<Answerer["stream"]> {
    this.#handlers.check();
    return this.#answerer.stream(work);
  }

  explain(error: unknown, work: Work): ReturnType<Answerer["explain"]> {
    if (error === refusal) return { code: "RESOURCE_EXHAUSTED", message: refusal.message, refused: true };
    return this.#answerer.explain(error, work);
  }

  abandoned(change: 1 | -1): void {
    this.#handlers.changed(change);
  }
}

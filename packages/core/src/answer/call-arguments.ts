/** What a handler is given when it runs. Members that cost something are made when they are read. */
import type { Work } from "../runtime/work.js";
import type { RunningArgs } from "./define/handler.js";
import type { Route } from "./define/route.js";

interface Surroundings {
  readonly route: Route;
  readonly input: unknown;
  readonly upstream: unknown;
  readonly connection: unknown;
  readonly context: unknown;
}

export class CallArguments implements RunningArgs {
  readonly input: unknown;
  readonly upstream: unknown;
  readonly context: unknown;
  readonly connection: unknown;
  readonly #work: Work;
  readonly #route: Route;

  constructor(work: Work, { route, input, upstream, connection, context }: Surroundings) {
    this.#work = work;
    this.#route = route;
    this.input = input;
    this.upstream = upstream;
    this.context = context;
    this.connection = connection;
  }

  get signal(): AbortSignal {
    return this.#work.signal;
  }

  get deadline(): number {
    return this.#work.deadline;
  }

  get meta(): RunningArgs["meta"] {
    return this.#work.meta;
  }

  get lastEventId(): string | undefined {
    return this.#work.lastEventId;
  }

  get path(): string {
    return this.#route.path;
  }

  get procedure(): RunningArgs["procedure"] {
    return this.#route.procedure;
  }

  get errors(): RunningArgs["errors"] {
    return this.#route.errors;
  }
}

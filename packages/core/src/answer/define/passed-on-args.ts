/**
 * A handler's arguments as seen from within a chain of middleware: the same call, another context. Members are passed on
 * one by one, because the object underneath may work them out when they are read.
 */
import type { RunningArgs } from "./handler.js";

/** The arguments of the call underneath, with a context of their own. */
export class PassedOnArgs implements RunningArgs {
  readonly context: unknown;
  readonly #args: RunningArgs;

  constructor(args: RunningArgs, context: unknown) {
    this.#args = args;
    this.context = context;
  }

  get input(): unknown {
    return this.#args.input;
  }

  get upstream(): unknown {
    return this.#args.upstream;
  }

  get signal(): AbortSignal {
    return this.#args.signal;
  }

  get deadline(): number {
    return this.#args.deadline;
  }

  get meta(): RunningArgs["meta"] {
    return this.#args.meta;
  }

  get connection(): unknown {
    return this.#args.connection;
  }

  get path(): string {
    return this.#args.path;
  }

  get procedure(): RunningArgs["procedure"] {
    return this.#args.procedure;
  }

  get errors(): RunningArgs["errors"] {
    return this.#args.errors;
  }

  get lastEventId(): string | undefined {
    return this.#args.lastEventId;
  }
}

/**
 * What a middleware is given: the call, and the three things it can do with it.
 */
import type { DeclaredErrors } from "../../contract/declared-errors.js";
import type { StandardCode } from "../../error/codes.js";
import { RpcError } from "../../error/rpc-error.js";
import type { ErrorConstructors } from "./error-constructors.js";
import type { CallArgs, RunningArgs, RunningHandler } from "./handler.js";
import { PassedOnArgs } from "./passed-on-args.js";

/** What a middleware is given. `Errors` are the codes it declares itself. */
export interface MiddlewareArgs<Context, Errors, Connection> extends CallArgs<Context, Connection> {
  /**
   * Goes on to the handler, once, and returns what it returns: return that. `added` joins the context the handler sees
   * and takes the place of members of the same name.
   */
  readonly next: Next;
  /** Throws an `RpcError` with a standard code. */
  readonly fail: (code: StandardCode, message?: string) => never;
  /** Makes the errors this middleware declares, to be thrown. */
  readonly errors: ErrorConstructors<Errors>;
}

/** See {@link MiddlewareArgs.next}. */
interface Next {
  (): Passed<NothingAdded>;
  <Added extends object>(added: Added): Passed<Added>;
}

/** What `next` returns. It stands for the handler's own result, which is none of the middleware's business. */
export interface Passed<out Added> {
  readonly [passed]: Added;
}

declare const passed: unique symbol;

/** What `next()` adds. */
type NothingAdded = Readonly<Record<never, never>>;

/** One middleware's view of one call. */
export class StepArgs extends PassedOnArgs {
  readonly next: (added?: object) => unknown;
  readonly #constructors: ErrorConstructors<DeclaredErrors>;

  constructor(
    args: RunningArgs,
    { handler, errors }: { handler: RunningHandler; errors: ErrorConstructors<DeclaredErrors> },
  ) {
    super(args, args.context);
    this.#constructors = errors;
    let gone = false;
    this.next = (added) => {
      // A handler starts at most once per call: a middleware that tries again would break that promise.
      if (gone) throw new Error(`${args.path}: expected next() to be called once, but it was called again`);
      gone = true;
      return handler(added === undefined ? args : new PassedOnArgs(args, Object.assign({}, args.context, added)));
    };
  }

  override get errors(): ErrorConstructors<DeclaredErrors> {
    return this.#constructors;
  }

  fail(code: StandardCode, message?: string): never {
    throw new RpcError(code, message === undefined ? {} : { message });
  }
}

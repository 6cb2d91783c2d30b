/**
 * Middleware: a step that runs before a handler, may refuse the call, and adds to the context the handler sees. It is a
 * function that wraps handlers. Wrapping happens when the router is written; a call that runs through it makes no
 * promise of its own, so that a synchronous step around a synchronous handler stays synchronous.
 */
import type { DeclaredErrors } from "../../contract/declared-errors.js";
import type { Procedure } from "../../contract/procedure.js";
import { errorConstructors } from "./error-constructors.js";
import type { Handler, NoErrors, RunningHandler } from "./handler.js";
import { type MiddlewareArgs, type Passed, StepArgs } from "./middleware-args.js";

/** What a middleware is about, as one parameter. */
interface MiddlewareTypes {
  /** The context it must be given. */
  readonly needs: unknown;
  /** The context the handler sees. */
  readonly gives: unknown;
  /** The codes it may fail with beside the standard ones: every procedure it wraps must declare them too. */
  readonly errors: DeclaredErrors;
  /** What it is given as `connection`. */
  readonly connection: unknown;
}

/** Wraps a handler: `signedIn(({ input, context }) => …)`. The handler's types are those of the procedure it is for. */
export interface Middleware<Types extends MiddlewareTypes = MiddlewareTypes> extends MakesMiddleware<Types> {
  <P extends Procedure>(
    handler: Handler<P, Types["gives"], Types["connection"]> & Admits<P, Types["errors"]>,
  ): Handler<P, Types["needs"], Types["connection"]>;
}

/** Where middleware comes from: the application, and any middleware, whose context and errors the new one takes over. */
export interface MakesMiddleware<Types extends MiddlewareTypes> {
  /** A middleware that runs after this one and sees its context. */
  middleware<Added extends object>(step: Step<Types, NoErrors, Added>): Middleware<Extended<Types, Added>>;
  /** The same, for one that may fail with codes it declares, as a procedure does. */
  middleware<Errors extends DeclaredErrors, Added extends object>(
    declared: { readonly errors: Errors },
    step: Step<Types, Errors, Added>,
  ): Middleware<Extended<Types, Added, Errors>>;
}

/** What a middleware does: it returns what `next` returned, or throws. */
type Step<Types extends MiddlewareTypes, Errors, Added> = (
  args: MiddlewareArgs<Types["gives"], Errors, Types["connection"]>,
) => Passed<Added> | Promise<Passed<Added>>;

interface Extended<Types extends MiddlewareTypes, Added, Errors = NoErrors> {
  readonly needs: Types["needs"];
  readonly gives: Extend<Types["gives"], Added>;
  readonly errors: Types["errors"] & Errors;
  readonly connection: Types["connection"];
}

/**
 * `Context` with what was added in place of members of the same name. A union stays a union, and the compiler shows one
 * object: `infer` is for that alone.
 */
type Extend<Context, Added> = keyof Added extends never
  ? Context
  : Context extends unknown
    ? Omit<Context, keyof Added> & Added extends infer Both
      ? { [Name in keyof Both]: Both[Name] }
      : never
    : never;

/** Nothing to object, or the sentence that stands in the compiler's error. */
type Admits<P extends Procedure, Errors> = keyof Errors extends never
  ? unknown
  : P["definition"] extends { readonly errors: Errors }
    ? unknown
    : `the procedure must declare ${keyof Errors & string} as this middleware does`;

const codesOf = new WeakMap<RunningHandler, readonly string[]>();

/** The codes that the middleware around a handler may fail with. */
export function middlewareCodes(handler: RunningHandler): readonly string[] {
  return codesOf.get(handler) ?? [];
}

type Wrap = (handler: RunningHandler) => RunningHandler;

/** `.middleware(step)` and `.middleware({ errors }, step)`, for what runs inside `outer`. */
export function makeMiddleware(outer: Wrap, given: readonly unknown[]): Middleware {
  const step = given.at(-1);
  if (typeof step !== "function") throw new TypeError(`middleware: expected a function, but came ${typeof step}`);
  const { errors = {} } = given.length > 1 ? (given[0] as { readonly errors?: DeclaredErrors }) : {};
  const wrap = wrapIn(step as (args: StepArgs) => unknown, errors);
  const whole: Wrap = (handler) => outer(wrap(handler));
  const middleware = { middleware: (...next: readonly unknown[]) => makeMiddleware(whole, next) };
  return Object.freeze(Object.assign(whole, middleware)) as Middleware;
}

function wrapIn(step: (args: StepArgs) => unknown, declared: DeclaredErrors): Wrap {
  const errors = errorConstructors(declared);
  return (handler) => {
    if (typeof handler !== "function") {
      throw new TypeError(`middleware: expected a handler to wrap, but came ${typeof handler}`);
    }
    const inner = { handler, errors };
    const wrapped: RunningHandler = (args) => step(new StepArgs(args, inner));
    codesOf.set(wrapped, [...Object.keys(declared), ...middlewareCodes(handler)]);
    return wrapped;
  };
}

/**
 * What a handler is given and what it gives back. The object behind these types may work its members out when they are
 * read (a signal nobody reads is never made): destructure it, do not spread it.
 */
import type { DeclaredErrors } from "../../contract/declared-errors.js";
import type { HandlerEvent, HandlerInput, HandlerOutput, HandlerUpstream } from "../../contract/infer.js";
import type { Procedure } from "../../contract/procedure.js";
import type { AnySchema } from "../../contract/schema.js";
import type { ErrorConstructors } from "./error-constructors.js";
import type { SubscriptionItem } from "./event.js";

/** What handlers and middleware both see of a call. `Connection` is what the end that answers knows the other one by. */
export interface CallArgs<Context, Connection> {
  readonly context: Context;
  /** Aborted when the caller cancels, the deadline passes, or the session ends. */
  readonly signal: AbortSignal;
  /** Milliseconds that were left when the handler began; `Infinity` without a deadline. */
  readonly deadline: number;
  /** What the caller sent beside the input. It is never mixed with HTTP headers; trust it as little as the input. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly connection: Connection;
  /** Dotted, like `rooms.send`. */
  readonly path: string;
  readonly procedure: Procedure;
}

/** What the handler of procedure `P` is given. */
export interface HandlerArgs<P extends Procedure, Context, Connection> extends CallArgs<Context, Connection> {
  /** Validated. */
  readonly input: HandlerInput<P>;
  /**
   * What the caller sends while the call runs, to be read once: each item validated when it is taken. Leaving it early
   * stops the caller's source and nothing else. `undefined` where the contract declares none.
   */
  readonly upstream: UpstreamOf<P>;
  /** Makes the errors the contract declares, to be thrown. */
  readonly errors: DeclaredConstructors<P>;
  /** For a subscription that comes back: the id of the last event the subscriber saw. */
  readonly lastEventId: string | undefined;
}

type UpstreamOf<P extends Procedure> = P["definition"] extends { readonly upstream: AnySchema }
  ? AsyncIterable<HandlerUpstream<P>>
  : undefined;

/** Answers a query or a mutation with its output or a promise of it, a subscription with the stream of its events. */
export type Handler<P extends Procedure, Context, Connection> = (
  args: HandlerArgs<P, Context, Connection>,
) => HandlerResult<P>;

/**
 * What the handler of procedure `P` returns: of the three, the members that are not for its kind fall away.
 *
 * A union and not one conditional type, because the compiler looks into it before it knows `P`: only so does a generator
 * inside a middleware yield `{ kind: "text" }` and not `{ kind: string }`.
 */
export type HandlerResult<P extends Procedure> =
  | Once<P>
  | Promise<Once<P>>
  | AsyncIterable<
      P["kind"] extends "subscription" ? SubscriptionItem<HandlerEvent<P>> : never,
      P["kind"] extends "subscription" ? unknown : never
    >;

type Once<P extends Procedure> = P["kind"] extends "subscription" ? never : HandlerOutput<P>;

/** The handlers of a contract, or of one group of it: the same tree, a handler for each procedure. */
export type Handlers<Tree, Context, Connection> = {
  readonly [Name in keyof Tree]: Tree[Name] extends Procedure
    ? Handler<Tree[Name], Context, Connection>
    : Handlers<Tree[Name], Context, Connection>;
};

type DeclaredConstructors<P extends Procedure> = P["definition"] extends { readonly errors: object }
  ? ErrorConstructors<P["definition"]["errors"]>
  : ErrorConstructors<NoErrors>;

/** No codes at all. Written out, and not `Record`, because the compiler's errors then say `NoErrors`. */
export type NoErrors = { readonly [Code in never]: null };

/** What a handler is given when it runs, whatever its procedure: the types above are promises that validation keeps. */
export interface RunningArgs<Context = unknown, Connection = unknown> extends CallArgs<Context, Connection> {
  readonly input: unknown;
  readonly upstream: unknown;
  readonly errors: ErrorConstructors<DeclaredErrors>;
  readonly lastEventId: string | undefined;
}

/**
 * A handler with its middleware around it, as it runs. It may throw, and it may return a promise: of the output, or,
 * where a middleware around a subscription is asynchronous, of the stream.
 */
export type RunningHandler<Context = unknown, Connection = unknown> = (
  args: RunningArgs<Context, Connection>,
) => unknown;

/** What a client's procedure is to its caller: a function, its options, and what it gives. */
import type { InferErrors, InferEvent, InferInput, InferOutput, InferUpstream } from "../contract/infer.js";
import type { Procedure } from "../contract/procedure.js";
import type { AnySchema } from "../contract/schema.js";
import type { RpcError } from "../error/rpc-error.js";
import type { ChannelListener, Gap } from "../runtime/channel.js";
import type { UpstreamSource } from "../runtime/item-source.js";

/** Options of one query or mutation. */
export interface CallOptions {
  /** Cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The call's deadline, offline time included. Default: the contract's, then the client's (30 s); a call with an upstream
   * has none.
   */
  readonly timeoutMs?: number | undefined;
  /** Travels beside the input; the handler sees it as `meta`. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** Options of one query. They are for the client's; a server's calls to its clients are neither shared nor cached. */
export interface QueryOptions extends CallOptions {
  /** Whether equal queries in flight share one call. Default: the client's (`true`). */
  readonly dedupe?: boolean | undefined;
  /** Asks the server in any case: what is cached is not given, nor what was asked earlier shared. Default `false`. */
  readonly fresh?: boolean | undefined;
}

/** Options of one subscription. */
export interface SubscribeOptions extends CallOptions {
  /** How long the subscription may last. Default: for as long as it likes. */
  readonly timeoutMs?: number | undefined;
  /** Continue after this event, where the handler can. */
  readonly lastEventId?: string | undefined;
  /** Hears of every hole, in its place among the events. Without it a hole ends the subscription with `DATA_LOSS`. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
}

/** What a call whose contract declares an upstream is given beside its other options. */
export interface Upstream<Item> {
  /**
   * Where its items come from. It is read as fast as the handler takes them, and closed when the call settles or the
   * handler wants no more. If it throws, the call rejects with what it threw.
   */
  readonly upstream: UpstreamSource<Item>;
}

/** A promise that knows, for the compiler, what it rejects with. */
export interface RpcPromise<Data, Failure extends RpcError = RpcError> extends Promise<Data> {
  readonly [failure]?: Failure;
}

declare const failure: unique symbol;

/**
 * A running subscription: it was opened when it was made. Read it with `for await`, or by callbacks; end it with
 * `break`, `return()`, `await using`, or the signal. One that nobody reads stops the server's generator after its
 * credit, and stays open.
 */
export interface EventStream<Event, Failure extends RpcError = RpcError>
  extends AsyncIterableIterator<Event, undefined>,
    AsyncDisposable {
  readonly [failure]?: Failure;
  /** Id of the last event that was read, to continue from elsewhere. */
  readonly lastEventId: string | undefined;
  return(): Promise<IteratorResult<Event, undefined>>;
  /**
   * Reads by callbacks; a function hears the events alone. Returns what ends the subscription. Throws a `TypeError` for what
   * are no callbacks.
   */
  subscribe(listener: ChannelListener<Event, Failure> | ((event: Event) => void)): () => void;
}

/** A procedure, ready to be called. */
export type ProcedureCall<P extends Procedure> = P["kind"] extends "subscription"
  ? (...args: Arguments<P, SubscribeOptions>) => EventStream<InferEvent<P>, InferErrors<P>>
  : (
      ...args: Arguments<P, P["kind"] extends "query" ? QueryOptions : CallOptions>
    ) => RpcPromise<InferOutput<P>, InferErrors<P>>;

type Arguments<P extends Procedure, Options> = P["definition"] extends { readonly upstream: AnySchema }
  ? [input: InferInput<P>, options: Options & Upstream<InferUpstream<P>>]
  : undefined extends InferInput<P>
    ? [input?: InferInput<P>, options?: Options]
    : [input: InferInput<P>, options?: Options];

/** A contract's tree with a function for each procedure. */
export type ProcedureCalls<Tree> = {
  readonly [Name in keyof Tree]: Tree[Name] extends Procedure ? ProcedureCall<Tree[Name]> : ProcedureCalls<Tree[Name]>;
};

/**
 * What a contract is implemented with on a server: the words of core, with the connection that a server's handlers are
 * given.
 */
import type { Contract, Procedure } from "@trunkline/core";
import * as core from "@trunkline/core/internal";
import type { HttpInfo } from "./http-info.js";

/** The client that is being answered. It outlives its sockets as long as its session does. */
export interface Connection {
  readonly id: string;
  /** The request that opened the latest socket; `undefined` for a transport without one. */
  readonly http: HttpInfo | undefined;
  /** The hash of the contract this client serves, as `contractHash` gives it; `undefined` if it serves none. */
  readonly serves: string | undefined;
  /**
   * Calls the client: a function for each procedure of a contract it serves. What is called while it has no socket waits
   * for it to come back, within `limits.offlineCalls` and the call's deadline; calls fail as `UNAVAILABLE` when its
   * session ends, and as `UNIMPLEMENTED` where it does not serve them.
   */
  client<Contract extends object>(contract: Contract): core.ProcedureCalls<Contract>;
  /**
   * Tells the client that cached answers with these tags are no longer true; without tags, none is. It hears of it before
   * whatever is answered later. Throws a `TypeError` for what are no tags.
   */
  invalidate(tags?: readonly string[]): void;
  /** Ends the session and closes its socket. */
  close(): void;
}

/** A contract that is being implemented, and the context its handlers are given. */
export type App<Tree, Context> = core.App<Tree, Context, Connection>;

/** What handlers and middleware both see of a call. */
export type CallArgs<Context> = core.CallArgs<Context, Connection>;

/** What the handler of procedure `P` is given. */
export type HandlerArgs<P extends Procedure, Context> = core.HandlerArgs<P, Context, Connection>;

/** Answers a query or a mutation with its output or a promise of it, a subscription with the stream of its events. */
export type Handler<P extends Procedure, Context> = core.Handler<P, Context, Connection>;

/** The handlers of a contract, or of one group of it: the same tree, a handler for each procedure. */
export type Handlers<Tree, Context> = core.Handlers<Tree, Context, Connection>;

/** What a middleware is given. `Errors` are the codes it declares itself. */
export type MiddlewareArgs<Context, Errors = core.NoErrors> = core.MiddlewareArgs<Context, Errors, Connection>;

/** A contract with a handler for each of its procedures: what a server serves. */
export type Router<Contract, Context> = core.Router<Contract, Context, Connection>;

/** How one procedure is answered. */
export type Route<Context = unknown> = core.Route<Context, Connection>;

/** A failure that is not the caller's doing. */
export type FailureReport = core.FailureReport<Connection>;

/** Begins the implementation of a contract; its context is empty until `.context<C>()` says otherwise. */
export function implement<Tree extends Contract>(contract: Tree): App<Tree, core.NoContext> {
  return core.implement<Tree, Connection>(contract);
}

/**
 * Where the definition of what answers a contract begins: `implement(contract).context<C>()` gives what middleware and
 * the router are made with. Nothing runs here; a server runs the router, or a client that is called by its server.
 */
import type { Contract } from "../../contract/contract.js";
import type { Procedure } from "../../contract/procedure.js";
import { isContract } from "../../contract/routes.js";
import { isStripped } from "../../contract/stripped-mark.js";
import type { Handler, Handlers, NoErrors } from "./handler.js";
import { type MakesMiddleware, makeMiddleware } from "./middleware.js";
import { makeRouter, type Router } from "./router.js";

/** A contract that is being implemented, and the context and the connection its handlers are given. */
export interface App<Tree, Context, Connection>
  extends MakesMiddleware<{ needs: Context; gives: Context; errors: NoErrors; connection: Connection }> {
  /** States the type of the context, made for each connection. It exists for the compiler alone. */
  context<Stated>(): App<Tree, Stated, Connection>;
  /** Types the handlers of one group, so that they can stand in a file of their own. Returns them as they are. */
  handlers<Part extends Contract>(
    part: Part,
    handlers: Handlers<Part, Context, Connection>,
  ): Handlers<Part, Context, Connection>;
  /** Types the handler of one procedure, so that it can stand in a file of its own. Returns it as it is. */
  handler<P extends Procedure>(procedure: P, handler: Handler<P, Context, Connection>): Handler<P, Context, Connection>;
  /**
   * Puts a handler to every procedure. Throws a `TypeError` that names each path whose handler is missing, superfluous,
   * not a function, or wrapped by middleware whose errors its procedure does not declare.
   */
  router(handlers: Handlers<Tree, Context, Connection>): Router<Tree, Context, Connection>;
}

/**
 * Begins the implementation of a contract; its context is empty until `.context<C>()` says otherwise. Throws a `TypeError`
 * for a stripped contract, which has no validators.
 */
export function implement<Tree extends Contract, Connection = unknown>(
  contract: Tree,
): App<Tree, NoContext, Connection> {
  if (isContract(contract) && isStripped(contract)) {
    throw new TypeError(
      "implement: expected a contract with its validators, but came a stripped one, which is for clients",
    );
  }
  const app: Untyped = {
    context: () => app,
    middleware: (...given) => makeMiddleware((handler) => handler, given),
    handlers: (_part, handlers) => handlers,
    handler: (_procedure, handler) => handler,
    router: (handlers) => makeRouter(contract, handlers),
  };
  // The members are generic in types that exist for the compiler alone; at run time they are one and the same.
  return Object.freeze(app) as unknown as App<Tree, NoContext, Connection>;
}

/** The context before it is stated: nothing can be read from it. */
export type NoContext = Readonly<Record<never, never>>;

type Untyped = { [Member in keyof App<never, never, never>]: (...given: readonly unknown[]) => unknown };

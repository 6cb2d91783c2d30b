/**
 * What a contract is implemented with on a client, for its server to call: the words of core, with the connection that a
 * client's handlers are given.
 */
import type { Contract } from "@trunkline/core";
import * as core from "@trunkline/core/internal";
import type { ConnectionControl } from "./connection-control.js";

/** A contract that is being implemented. The context of its handlers is what middleware adds. */
export type App<Tree> = core.App<Tree, core.NoContext, ConnectionControl>;

/** The handlers of a contract, or of one group of it: the same tree, a handler for each procedure. */
export type Handlers<Tree> = core.Handlers<Tree, core.NoContext, ConnectionControl>;

/** A contract with a handler for each of its procedures: what a client serves. */
export type Router<Tree> = core.Router<Tree, core.NoContext, ConnectionControl>;

/** Begins the implementation of a contract that the server calls; pass the router as `serve`. */
export function implement<Tree extends Contract>(contract: Tree): App<Tree> {
  return core.implement<Tree, ConnectionControl>(contract);
}

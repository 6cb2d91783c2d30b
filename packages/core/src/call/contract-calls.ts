/** A contract as functions that call the other end: what a client is, and what a server has of each of its clients. */
import { compose } from "../compose.js";
import { featuresOf } from "../contract/features.js";
import type { Procedure } from "../contract/procedure.js";
import { routes } from "../contract/routes.js";
import { type ClientCall, dispatcher, failed, type Interceptor, type Surroundings } from "./dispatch.js";
import type { ProcedureCalls } from "./procedure-call.js";
import { buildProxy } from "./proxy.js";

/** Where the calls go, and what is done to each on its way. */
export interface ContractCallOptions extends Omit<Surroundings, "features"> {
  /** The first is the outermost. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Stand at the root, under names no contract can have. */
  readonly extras?: Parameters<typeof buildProxy>[2];
}

/** Throws a `TypeError` for what `defineContract` did not make. */
export function contractCalls<Tree extends object>(contract: Tree, options: ContractCallOptions): ProcedureCalls<Tree> {
  const { interceptors = [], extras = {}, report } = options;
  const send = compose(interceptors, dispatcher({ ...options, features: featuresOf(contract) }));
  const bind = (path: string, procedure: Procedure) => (input?: unknown, callOptions?: ClientCall["options"]) => {
    const call = { path, procedure, input, options: callOptions ?? {} };
    try {
      return send(call);
    } catch (error) {
      // An interceptor refused: that too is how a call fails, and not how a function does.
      return failed(call, error, report);
    }
  };
  return buildProxy(routes(contract), bind, extras) as ProcedureCalls<Tree>;
}

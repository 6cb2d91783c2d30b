/** `createClient`, in Node and wherever else nothing is known of the platform. */
import { checkNames } from "@trunkline/core/internal";
import { type Client, clientOver } from "./client.js";
import type { ClientOptions } from "./client-options.js";
import { openWebSocket } from "./websocket.js";

/**
 * Creates a client for a contract. It connects when the first call is made, or at once if it serves a contract itself,
 * and from then on by itself.
 *
 * @throws TypeError for what `defineContract` did not make, without a `url`, for options that are misspelt or of another type,
 * and for limits that do not exist.
 */
export function createClient<Contract extends object>(contract: Contract, options: ClientOptions): Client<Contract> {
  // From JavaScript there may be none at all.
  const { compression } = (options as ClientOptions | undefined) ?? {};
  if (compression && compression !== true) checkNames("compression", Object(compression), { thresholdBytes: true });
  return clientOver(openWebSocket, contract, options);
}

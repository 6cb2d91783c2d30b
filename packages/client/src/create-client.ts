/** `createClient`, in Node and wherever else nothing is known of the platform. */
import { type Client, type ClientOptions, clientOver } from "./client.js";
import { openWebSocket } from "./websocket.js";

/**
 * Creates a client for a contract. It connects when the first call is made, or at once if it serves a contract itself,
 * and from then on by itself.
 *
 * @throws TypeError for what `defineContract` did not make, without a `url`, and for limits that do not exist.
 */
export function createClient<Contract extends object>(contract: Contract, options: ClientOptions): Client<Contract> {
  return clientOver(openWebSocket, contract, options);
}

/** The client, in a bundle for browsers: the same, without what only a WebSocket in Node has. */
import { clientOver } from "./client.js";
import type { createClient as CreateClient } from "./create-client.js";
import { openPageWebSocket } from "./page-websocket.js";

export * from "./exports.js";

export const createClient: typeof CreateClient = (contract, options) =>
  clientOver(openPageWebSocket, contract, options);

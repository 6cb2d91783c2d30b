/** Opens WebSockets in a page: the platform's own, or of a class that is like it. It is all that a bundle for browsers has. */
import { SUBPROTOCOL } from "@trunkline/core/internal";
import { type Opening, type OpeningListener, type OpeningOptions, open, type WebSocketConstructor } from "./opening.js";
import { WebSocketTransport } from "./websocket-transport.js";

/** Opens a WebSocket that speaks `trunkline.1`. Never throws. */
export function openPageWebSocket(options: OpeningOptions, listener: OpeningListener): Opening {
  return open(connect, options, listener);
}

function connect({ url, clock, WebSocket = globalThis.WebSocket as WebSocketConstructor }: OpeningOptions) {
  const socket = new WebSocket(url, SUBPROTOCOL);
  return { socket, transport: () => new WebSocketTransport(socket, clock) };
}

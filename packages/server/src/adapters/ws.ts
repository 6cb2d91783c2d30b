/** WebSockets from upgrade requests: the only file that knows `ws`. */
import type { IncomingMessage } from "node:http";
import type { Limits, Transport } from "@trunkline/core";
import { SUBPROTOCOL } from "@trunkline/core/internal";
import { type Server, WebSocket, WebSocketServer, type ServerOptions as WsOptions } from "ws";
import type { DeflateSettings } from "./compression.js";
import type { WatchOptions } from "./inbound-watch.js";
import { CLOSE_MS, WsTransport } from "./ws-transport.js";

/** Shakes hands over a request that has been judged. Undefined: its client is gone, or the socket is somebody else's. */
export type ShakeHands = (request: IncomingMessage, head: Buffer) => Transport | undefined;

export interface HandshakeOptions extends WatchOptions {
  readonly limits: Limits;
  /** Default: none. It costs memory, and it leaks secrets by their length. */
  readonly compression?: DeflateSettings | undefined;
}

/** Handshakes within these limits. Compression is agreed on only where the client offers it on our terms. */
export function handshakes(options: HandshakeOptions): ShakeHands {
  const { compression } = options;
  const plain = shakeHands(new WebSocketServer(wsOptions(options)), options);
  if (compression === undefined) return plain;
  const server = new WebSocketServer({ ...wsOptions(options), perMessageDeflate: compression });
  const compressed = shakeHands(server, options);
  let declined = false;
  // Nothing has been answered yet. `ws` would refuse whom it cannot bind to these windows, as half of all browsers.
  server.on("wsClientError", () => {
    declined = true;
  });
  return (request, head) => {
    declined = false;
    const transport = compressed(request, head);
    return declined ? plain(request, head) : transport;
  };
}

/** A socket that knows what it carries. */
class CarryingWebSocket extends WebSocket {
  declare transport: WsTransport;
}

function shakeHands(server: Server<typeof CarryingWebSocket>, options: HandshakeOptions): ShakeHands {
  return (request, head) => {
    const { socket } = request;
    let transport: Transport | undefined;
    try {
      server.handleUpgrade(request, socket, head, (webSocket) => {
        transport = new WsTransport(webSocket, socket, options);
      });
    } catch {
      // Another listener, which takes every path, has upgraded this socket before us.
    }
    return transport;
  };
}

type CarryingOptions = WsOptions<typeof CarryingWebSocket> & { closeTimeout: number };

/** Smaller parts than these make a message of full size suspicious; what may be larger may have more of them. */
const MIN_FRAGMENT_BYTES = 4 * 1024;
const MIN_CHUNK_BYTES = 512;

function wsOptions({ limits: { messageBytes } }: HandshakeOptions): CarryingOptions {
  return {
    WebSocket: CarryingWebSocket,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Of what was compressed, once it is inflated.
    maxPayload: messageBytes,
    maxFragments: Math.max(64, Math.ceil(messageBytes / MIN_FRAGMENT_BYTES)),
    maxBufferedChunks: Math.max(1_024, Math.ceil(messageBytes / MIN_CHUNK_BYTES)),
    // For the closes that the other end begins. Our own are timed by our clock.
    closeTimeout: CLOSE_MS,
    // A request without it has been refused.
    handleProtocols: () => SUBPROTOCOL,
  };
}

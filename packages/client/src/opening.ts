/**
 * Opens WebSockets as the WHATWG standard has them, so that any class of that shape will do. How one is made is the
 * platform's: see `websocket.ts`, and `page-websocket.ts` for bundles of pages.
 *
 * @see https://websockets.spec.whatwg.org
 */
import type { Transport } from "@trunkline/core";
import { type Clock, closeCodes, SUBPROTOCOL } from "@trunkline/core/internal";
import type { WebSocketLike } from "./websocket-transport.js";

/** A WebSocket class: that of browsers, of Node, of `ws`, of React Native. */
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

/** How messages are compressed where the server agrees to it. */
export interface CompressionOptions {
  /** Shorter messages are sent as they are. Default 1,024. */
  readonly thresholdBytes?: number;
}

export interface OpeningOptions {
  readonly url: string;
  readonly clock: Clock;
  /** The longest message to take, where the class lets us say it: `ws` does. */
  readonly messageBytes: number;
  /** Whether compression is offered, where the class lets us say it. Default: no. */
  readonly compression?: boolean | CompressionOptions | undefined;
  /** Default: the platform's own in a browser, `ws` in Node. */
  readonly WebSocket?: WebSocketConstructor | undefined;
}

export interface OpeningFailure {
  /** What is known of it, in English. Browsers tell nothing. */
  readonly reason: string;
  /** Trying again cannot help: the URL is bad, the page may not open it, or there is no WebSocket class. */
  readonly fatal: boolean;
  /** The server has no room now, and asks to come back after a while. Only `ws` can tell. */
  readonly later?: boolean;
}

/** Hears exactly one of the two, never before the opening has begun, and neither after an abort. */
export interface OpeningListener {
  opened(transport: Transport): void;
  failed(failure: OpeningFailure): void;
}

export interface Opening {
  /** Gives the dial up. Does nothing once it has opened or failed. */
  abort(): void;
}

/** A WebSocket that is connecting. */
export interface Connecting {
  readonly socket: WebSocketLike;
  /** The transport over it, in the turn it opened in. */
  transport(): Transport;
}

/** Begins to connect. What it throws cannot be helped by trying again. `refused`: the server said no, and when to come back. */
export type Connect = (options: OpeningOptions, refused: (reason: string, later: boolean) => void) => Connecting;

/** Opens a WebSocket that speaks `trunkline.1`. Never throws. */
export function open(connect: Connect, options: OpeningOptions, listener: OpeningListener): Opening {
  let pending = true;
  const settle = (tell: () => void): void => {
    if (!pending) return;
    pending = false;
    tell();
  };
  const fail = (reason: string, fatal = false, later = false) =>
    settle(() => listener.failed({ reason, fatal, ...(later && { later }) }));
  try {
    const { socket, transport } = connect(options, (reason, later) => fail(reason, false, later));
    // Before it opens: blobs would be read asynchronously, and so out of order.
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (!pending) return quietly(socket);
      if (hasOtherProtocol(socket)) {
        quietly(socket);
        return fail(`the server does not speak the subprotocol ${SUBPROTOCOL}`);
      }
      settle(() => listener.opened(transport()));
    };
    socket.onerror = (event: unknown) => fail(textOf(event, "message") ?? NO_REASON);
    socket.onclose = (event: unknown) => fail(textOf(event, "reason") ?? NO_REASON);
    return { abort: () => settle(() => quietly(socket)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "the WebSocket could not be created";
    options.clock.defer(() => fail(reason, true));
    return { abort: () => settle(() => {}) };
  }
}

/** A browser tells nothing. */
const NO_REASON = "the connection could not be opened";

/** React Native does not always tell; then hello and welcome find out. */
function hasOtherProtocol({ protocol }: { readonly protocol?: unknown }): boolean {
  return typeof protocol === "string" && protocol !== SUBPROTOCOL;
}

/** Closes a socket that nobody will hear of. Its `onerror` stays: `ws` throws for an error without a listener. */
export function quietly(socket: WebSocketLike): void {
  try {
    socket.close(closeCodes.normal.code, closeCodes.normal.reason);
  } catch {
    // It was never open.
  }
}

function textOf(event: unknown, key: "message" | "reason"): string | undefined {
  const text = typeof event === "object" && event !== null ? (event as Record<string, unknown>)[key] : undefined;
  return typeof text === "string" && text !== "" ? text : undefined;
}

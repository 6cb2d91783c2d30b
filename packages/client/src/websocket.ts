/**
 * Opens WebSockets, in browsers and in Node: the only file that knows `isomorphic-ws`. Only what the WHATWG standard
 * has is used, so that any class of that shape will do.
 *
 * @see https://websockets.spec.whatwg.org
 */
import type { Transport } from "@trunkline/core";
import { type Clock, closeCodes, SUBPROTOCOL } from "@trunkline/core/internal";
import isomorphic from "isomorphic-ws";
import { CLOSE_MS, type SocketBelow, type WebSocketLike, WebSocketTransport } from "./websocket-transport.js";

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

/** Hears exactly one of the two, never before `openWebSocket` has returned, and neither after an abort. */
export interface OpeningListener {
  opened(transport: Transport): void;
  failed(failure: OpeningFailure): void;
}

export interface Opening {
  /** Gives the dial up. Does nothing once it has opened or failed. */
  abort(): void;
}

/** Opens a WebSocket that speaks `trunkline.1`. Never throws. */
export function openWebSocket(options: OpeningOptions, listener: OpeningListener): Opening {
  const { clock } = options;
  let pending = true;
  const settle = (tell: () => void): void => {
    if (!pending) return;
    pending = false;
    tell();
  };
  const fail = (reason: string, fatal: boolean, later = false) =>
    settle(() => listener.failed({ reason, fatal, ...(later && { later }) }));

  const socket = construct(options);
  if (typeof socket === "string") {
    clock.defer(() => fail(socket, true));
    return { abort: () => settle(() => {}) };
  }
  let below: SocketBelow | undefined;
  // What is to be compressed goes through the WebSocket.
  if (!options.compression) {
    hear(socket, "upgrade", (answer: { readonly socket: SocketBelow }) => {
      below = answer.socket;
    });
  }
  socket.onopen = () => {
    if (!pending) return quietly(socket);
    if (hasOtherProtocol(socket)) {
      quietly(socket);
      return fail(`the server does not speak the subprotocol ${SUBPROTOCOL}`, false);
    }
    settle(() => listener.opened(new WebSocketTransport(socket, clock, below)));
  };
  hear(socket, "unexpected-response", (_request: unknown, { statusCode, headers }: Refusal) => {
    fail(`Unexpected server response: ${statusCode}`, false, Number(headers["retry-after"]) >= LATER_S);
    quietly(socket);
  });
  socket.onerror = (event: unknown) => fail(textOf(event, "message") ?? "the connection could not be opened", false);
  socket.onclose = (event: unknown) => fail(textOf(event, "reason") ?? "the connection could not be opened", false);
  return { abort: () => settle(() => quietly(socket)) };
}

/** An answer that was no upgrade. */
interface Refusal {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** From this many seconds on, `Retry-After` asks for more than the usual delay. */
const LATER_S = 2;

/**
 * `ws` shows the answer it got: an upgrade, with the socket it came from, or something else; whoever looks at that closes
 * the WebSocket.
 */
function hear<Heard extends unknown[]>(
  socket: WebSocketLike,
  event: string,
  listener: (...heard: Heard) => void,
): void {
  const { on }: { on?(event: string, listener: (...heard: Heard) => void): unknown } = socket as object;
  if ("terminate" in socket) on?.call(socket, event, listener);
}

/** What `ws` takes beyond the standard; other classes do not look at it, and are not given it. */
interface WsOptions {
  readonly perMessageDeflate: object | false;
  readonly followRedirects: false;
  readonly maxPayload: number;
  readonly closeTimeout: number;
}

type AnyConstructor = new (url: string, protocols: string, options?: WsOptions) => WebSocketLike;

/** A socket that is connecting, or why there is none. */
function construct(options: OpeningOptions): WebSocketLike | string {
  const { url, messageBytes, compression = false, WebSocket = platformClass() } = options;
  if (WebSocket === undefined) return "this platform has no WebSocket: pass a class as the WebSocket option";
  const Class: AnyConstructor = WebSocket;
  const wsOptions = {
    perMessageDeflate: compression === false ? false : deflate(compression === true ? {} : compression),
    followRedirects: false,
    maxPayload: messageBytes,
    closeTimeout: CLOSE_MS,
  } as const;
  try {
    const isWs = "terminate" in WebSocket.prototype;
    const socket = isWs ? new Class(url, SUBPROTOCOL, wsOptions) : new Class(url, SUBPROTOCOL);
    // Before it opens: blobs would be read asynchronously, and so out of order.
    socket.binaryType = "arraybuffer";
    return socket;
  } catch (error) {
    return error instanceof Error ? error.message : "the WebSocket could not be created";
  }
}

/** What the server asks for too: nothing kept between messages, and windows of 4 KiB. */
function deflate({ thresholdBytes: threshold = 1_024 }: CompressionOptions): object {
  return {
    threshold,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 12,
    clientMaxWindowBits: 12,
    zlibDeflateOptions: { level: 1, memLevel: 5 },
  };
}

/** Bundlers and module systems disagree on what the default export of a CommonJS module is. */
function platformClass(): WebSocketConstructor | undefined {
  const imported: unknown = isomorphic;
  const found =
    typeof imported === "object" && imported !== null && "default" in imported ? imported.default : imported;
  return typeof found === "function" ? (found as WebSocketConstructor) : undefined;
}

/** React Native does not always tell; then hello and welcome find out. */
function hasOtherProtocol({ protocol }: { readonly protocol?: unknown }): boolean {
  return typeof protocol === "string" && protocol !== SUBPROTOCOL;
}

/** Closes a socket that nobody will hear of. Its `onerror` stays: `ws` throws for an error without a listener. */
function quietly(socket: WebSocketLike): void {
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

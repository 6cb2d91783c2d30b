/**
 * Opens WebSockets in Node, and wherever else a bundler is told nothing of the platform: the only file that knows
 * `isomorphic-ws`. Besides what every WebSocket has, it uses what those of `ws` have: options, the answer to the upgrade,
 * and the socket below.
 */
import { type Clock, SUBPROTOCOL } from "@trunkline/core/internal";
import isomorphic from "isomorphic-ws";
import { LARGE_BYTES, maskedFrame } from "./masked-frame.js";
import {
  type CompressionOptions,
  type Connecting,
  type Opening,
  type OpeningListener,
  type OpeningOptions,
  open,
  quietly,
  type WebSocketConstructor,
} from "./opening.js";
import { CLOSE_MS, type WayPast, type WebSocketLike, WebSocketTransport } from "./websocket-transport.js";

/** Opens a WebSocket that speaks `trunkline.1`. Never throws. */
export function openWebSocket(options: OpeningOptions, listener: OpeningListener): Opening {
  return open(connect, options, listener);
}

function connect(options: OpeningOptions, refused: (reason: string, later: boolean) => void): Connecting {
  const socket = construct(options);
  let below: SocketBelow | undefined;
  // What is to be compressed goes through the WebSocket.
  if (!options.compression) {
    hear(socket, "upgrade", (answer: { readonly socket: SocketBelow }) => {
      below = answer.socket;
    });
  }
  hear(socket, "unexpected-response", (_request: unknown, refusal: Refusal) => {
    const { statusCode, headers } = refusal;
    hearText(refusal, (text) => {
      refused(
        `Unexpected server response: ${statusCode}${text && `: ${text}`}`,
        Number(headers["retry-after"]) >= LATER_S,
      );
      quietly(socket);
    });
  });
  hear(socket, "error", (error: Fault) => refused(reasonOf(error), false));
  return { socket, transport: () => transportOver(socket, options.clock, below) };
}

function transportOver(socket: WebSocketLike, clock: Clock, below: SocketBelow | undefined): WebSocketTransport {
  return new WebSocketTransport(socket, clock, below && wayPast(socket, below));
}

/** The socket below a WebSocket of `ws`, as much of it as is used here. */
interface SocketBelow {
  readonly writable: boolean;
  readonly writableLength: number;
  write(bytes: Uint8Array, written: (error?: Error | null) => void): boolean;
}

const OPEN = 1;

/** Where the WebSocket holds nothing back itself: no compression, and all that is unsent is in the socket below already. */
function wayPast(socket: WebSocketLike, below: SocketBelow): WayPast {
  return (pieces, bytes, written) => {
    const isClear = socket.readyState === OPEN && below.writable && socket.bufferedAmount === below.writableLength;
    if (!isClear || bytes < LARGE_BYTES) return false;
    below.write(maskedFrame(pieces, bytes), written);
    return true;
  };
}

/** An answer that was no upgrade. */
interface Refusal {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, unknown>>;
  setEncoding(encoding: "utf8"): void;
  on(event: "data", listener: (text: string) => void): void;
  on(event: "close", listener: () => void): void;
}

/** A longer text is no sentence. */
const SENTENCE_BYTES = 256;

/** What a server says with a refusal, if it is a sentence, as those of ours are. It is not waited for longer than a welcome. */
function hearText(refusal: Refusal, then: (text: string) => void): void {
  const { headers } = refusal;
  const isText = String(headers["content-type"]).startsWith("text/plain");
  if (!isText || !(Number(headers["content-length"]) <= SENTENCE_BYTES)) return then("");
  let text = "";
  refusal.setEncoding("utf8");
  refusal.on("data", (more) => {
    text += more;
  });
  refusal.on("close", () => then(text.replace(/[\p{C}\s]+/gu, " ").trim()));
}

/** Why no socket could be had. */
interface Fault {
  readonly message: string;
  /** Of each address that a name stands for: there may be no message then. */
  readonly errors?: readonly Error[];
}

const reasonOf = ({ message, errors = [] }: Fault): string =>
  (message || errors.map((error) => error.message).join(", ") || "no address answered").trim();

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

function construct(options: OpeningOptions): WebSocketLike {
  const { url, messageBytes, compression = false, WebSocket = platformClass() } = options;
  if (WebSocket === undefined) throw new Error("this platform has no WebSocket: pass a class as the WebSocket option");
  const Class: AnyConstructor = WebSocket;
  const wsOptions = {
    perMessageDeflate: compression === false ? false : deflate(compression === true ? {} : compression),
    followRedirects: false,
    maxPayload: messageBytes,
    closeTimeout: CLOSE_MS,
  } as const;
  const isWs = "terminate" in WebSocket.prototype;
  return isWs ? new Class(url, SUBPROTOCOL, wsOptions) : new Class(url, SUBPROTOCOL);
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

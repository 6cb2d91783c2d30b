/**
 * A transport over one accepted WebSocket. It reads nothing until somebody listens, so that nothing has to be kept, and
 * its close is bounded by our clock, whatever the other end does. What is read is watched in `inbound-watch.ts`, what is
 * written goes through `socket-writer.ts`.
 *
 * There are as many as there are clients, most of which do nothing: so what all share is made once, listeners included.
 */
import type { SharedMessage, Transport, TransportListener } from "@trunkline/core";
import { type Alarm, type Clock, type CloseName, closeCodes } from "@trunkline/core/internal";
import { frameFault } from "./frame-fault.js";
import { InboundWatch, type WatchedSocket, type WatchOptions } from "./inbound-watch.js";
import { SocketWriter, type Writing, type WrittenSocket, type WrittenWebSocket } from "./socket-writer.js";

/** A close handshake that takes longer ends with the socket's destruction. */
export const CLOSE_MS = 2_000;

const ABNORMAL = 1006;

/** As much of a `ws` WebSocket as is used here. */
export interface AcceptedWebSocket extends WrittenWebSocket {
  /** What its events are for, from before the first of them on. */
  transport: WsTransport;
  // Listeners are called on the socket itself.
  on(event: "message", listener: (this: never, data: Buffer, isBinary: boolean) => void): unknown;
  on(event: "pong", listener: (this: never) => void): unknown;
  on(event: "error", listener: (this: never, error: Error) => void): unknown;
  on(event: "close", listener: (this: never, code: number, reason: Buffer) => void): unknown;
  ping(): void;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

const carried = Symbol("trunkline.transport");

/** The socket below, as much of it as is used here. */
interface SocketBelow extends WrittenSocket {
  /** What its bytes are for, from before the first of them on. */
  [carried]?: WsTransport;
  /** Includes what is not a whole message yet. */
  readonly bytesRead: number;
  // Listeners are called on the socket itself.
  on(event: "data", listener: (this: never, chunk: Buffer) => void): unknown;
}

const nobody: TransportListener = { message() {}, alive() {}, drained() {}, closed() {} };

/** One for all. */
const open = { type: "open" } as const;

type State =
  | typeof open
  | { readonly type: "closing"; readonly code: number; readonly reason: string; readonly alarm: Alarm }
  | { readonly type: "closed"; readonly code: number; readonly reason: string };

export class WsTransport implements Transport, WatchedSocket, Writing {
  /** One set of listeners for all sockets. */
  static readonly #heard = {
    message(this: AcceptedWebSocket, data: Buffer, isBinary: boolean): void {
      this.transport.#message(data, isBinary);
    },
    pong(this: AcceptedWebSocket): void {
      this.transport.#pong();
    },
    error(this: AcceptedWebSocket, error: Error): void {
      this.transport.#failed(error);
    },
    close(this: AcceptedWebSocket, code: number, reason: Buffer): void {
      this.transport.#closed(code, reason.toString());
    },
    data(this: SocketBelow & { [carried]: WsTransport }, chunk: Buffer): void {
      this[carried].#watch.arrived(chunk);
    },
  };

  readonly #webSocket: AcceptedWebSocket;
  readonly #socket: SocketBelow;
  readonly #clock: Clock;
  readonly #watch: InboundWatch;
  readonly #writer: SocketWriter;
  #listener: TransportListener | undefined;
  #state: State = open;

  /** Takes the WebSocket in the turn it was accepted in: before its first event. */
  constructor(webSocket: AcceptedWebSocket, socket: SocketBelow, options: WatchOptions) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = options.clock;
    this.#watch = new InboundWatch(this, options);
    this.#writer = new SocketWriter(webSocket, socket, this);
    webSocket.transport = this;
    webSocket.pause();
    socket[carried] = this;
    const { error, message, pong, close, data } = WsTransport.#heard;
    // After the listener of `ws`, so that what is watched has been acted on.
    socket.on("data", data);
    webSocket.on("error", error);
    webSocket.on("message", message);
    webSocket.on("pong", pong);
    webSocket.on("close", close);
  }

  get bytesReceived(): number {
    return this.#socket.bytesRead;
  }

  send(message: string | Uint8Array): boolean {
    return this.#writer.send(message);
  }

  sendPieces(pieces: readonly Uint8Array[]): boolean {
    return this.#writer.sendPieces(pieces);
  }

  sendShared(message: SharedMessage): boolean {
    return this.#writer.sendShared(message);
  }

  drained(): void {
    if (this.#isOpen) this.#listener?.drained();
  }

  ping(): void {
    if (this.#writer.isOpen) this.#webSocket.ping();
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#shut(code, reason);
    this.#webSocket.close(code, reason);
  }

  listen(listener: TransportListener): void {
    const first = this.#listener === undefined;
    this.#listener = listener;
    if (!first) return;
    if (this.#state.type === "closed") {
      const { code, reason } = this.#state;
      this.#clock.defer(() => this.#listener?.closed(code, reason));
    } else this.#webSocket.resume();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  /** Closes of its own accord: whoever listens is told at once, however long the close may take. */
  giveUp(close: CloseName): void {
    if (!this.#isOpen) return;
    const { code, reason } = closeCodes[close];
    this.close(code, reason);
    this.#tell(code, reason);
  }

  get #isOpen(): boolean {
    return this.#state === open;
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (!this.#isOpen) return;
    this.#listener?.message(isBinary ? data : data.toString());
  }

  #pong(): void {
    if (this.#isOpen) this.#listener?.alive();
  }

  /** `ws` has said why already, where there is something to say. */
  #failed(error: Error): void {
    if (!this.#isOpen) return;
    const fault = frameFault(error);
    const { code, reason } = fault === undefined ? { code: ABNORMAL, reason: "" } : closeCodes[fault];
    this.#shut(code, reason);
    this.#tell(code, reason);
  }

  /** The close of the socket comes later, and says nothing new. */
  #tell(code: number, reason: string): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = nobody;
    listener.closed(code, reason);
  }

  /** Nothing but `closed` is heard from here on. */
  #shut(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#watch.stop();
    const alarm = this.#clock.alarm(() => this.#webSocket.terminate());
    alarm.set(this.#clock.now() + CLOSE_MS);
    this.#state = { type: "closing", code, reason, alarm };
    // The other end's close frame has to be read.
    this.#webSocket.resume();
  }

  /** What we said stands; otherwise what the other end said. */
  #closed(code: number, reason: string): void {
    this.#watch.stop();
    if (this.#state.type === "closing") {
      this.#state.alarm.clear();
      this.#state = { type: "closed", code: this.#state.code, reason: this.#state.reason };
    } else this.#state = { type: "closed", code, reason };
    this.#listener?.closed(this.#state.code, this.#state.reason);
  }
}

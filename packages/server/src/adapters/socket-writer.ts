/**
 * Writes to one socket: through its WebSocket, or past it where that holds nothing back and would only copy. It knows when
 * more is unsent than should be, and tells whoever writes, once, that this is over.
 */
import type { SharedMessage } from "@trunkline/core";
import { joined, lengthOf } from "@trunkline/core/internal";
import { binaryHeader, textFrame } from "./outbound-frame.js";

/** Unsent bytes above which a write returns false. */
const HIGH_WATER_BYTES = 256 * 1024;

/** What is smaller costs less in one piece. */
const LARGE_BYTES = 16 * 1024;

const OPEN = 1;

/** As much of a `ws` WebSocket as is written to. */
export interface WrittenWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  /** What was negotiated: empty, where messages go out as they are. */
  readonly extensions: string;
  send(message: string | Uint8Array, written?: (error?: Error | null) => void): void;
}

/** The socket below, as much of it as is written to. */
export interface WrittenSocket {
  readonly writable: boolean;
  readonly writableLength: number;
  write(bytes: Uint8Array, written?: (error?: Error | null) => void): boolean;
  /** What is written until {@link uncork} goes with one system call. */
  cork(): void;
  uncork(): void;
}

/** Who writes. */
export interface Writing {
  /** There is room again, after a write that returned false. */
  drained(): void;
}

export class SocketWriter {
  readonly #webSocket: WrittenWebSocket;
  readonly #socket: WrittenSocket;
  readonly #writing: Writing;
  #congested = false;

  constructor(webSocket: WrittenWebSocket, socket: WrittenSocket, writing: Writing) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#writing = writing;
  }

  /** Whether there is anybody to write to. */
  get isOpen(): boolean {
    return this.#webSocket.readyState === OPEN;
  }

  /** False: more is unsent than should be. */
  send(message: string | Uint8Array): boolean {
    const webSocket = this.#webSocket;
    if (!this.isOpen) return true;
    if (webSocket.bufferedAmount + message.length <= HIGH_WATER_BYTES) {
      webSocket.send(message);
      return true;
    }
    // The callback costs something, so only messages above the mark carry it.
    webSocket.send(message, (error) => this.#written(error));
    return this.#weigh();
  }

  /** Past the WebSocket, as below: what is kept for replay is written as it is, without a copy. */
  sendPieces(pieces: readonly Uint8Array[]): boolean {
    const bytes = lengthOf(pieces);
    if (bytes < LARGE_BYTES || !this.#isClear) return this.send(joined(pieces));
    const socket = this.#socket;
    const header = binaryHeader(bytes);
    const isHigh = this.#webSocket.bufferedAmount + header.length + bytes > HIGH_WATER_BYTES;
    socket.cork();
    socket.write(header);
    for (const [index, piece] of pieces.entries()) {
      if (isHigh && index === pieces.length - 1) socket.write(piece, (error) => this.#written(error));
      else socket.write(piece);
    }
    socket.uncork();
    return !isHigh || this.#weigh();
  }

  /**
   * Framed once for all: half of what a message costs us otherwise. Past the WebSocket only where it holds nothing back
   * itself: no compression, and all that is unsent is in the socket already.
   */
  sendShared(message: SharedMessage): boolean {
    const isHigh = this.#webSocket.bufferedAmount + message.bytes > HIGH_WATER_BYTES;
    if (isHigh || !this.#isClear) return this.send(message.text);
    message.framed ??= textFrame(message.text, message.bytes);
    this.#socket.write(message.framed);
    return true;
  }

  /** Whether what is written to the socket comes after all that was sent. */
  get #isClear(): boolean {
    const socket = this.#socket;
    const { readyState, extensions, bufferedAmount } = this.#webSocket;
    return readyState === OPEN && extensions === "" && socket.writable && bufferedAmount === socket.writableLength;
  }

  /** Something large was written: the socket may have taken it already. */
  #weigh(): boolean {
    if (this.#webSocket.bufferedAmount <= HIGH_WATER_BYTES) return true;
    this.#congested = true;
    return false;
  }

  #written(error: Error | null | undefined): void {
    if (error || !this.#congested || this.#webSocket.bufferedAmount > HIGH_WATER_BYTES) return;
    this.#congested = false;
    this.#writing.drained();
  }
}

/**
 * A transport over one open WebSocket, as the WHATWG standard has it. A browser's socket may take long to close, or
 * never say that it has: ours is closed two seconds after we said so, and what happens later is not heard.
 */
import type { Transport, TransportListener } from "@trunkline/core";
import { type Alarm, type Clock, closeCodes, joined, lengthOf } from "@trunkline/core/internal";

/** A close handshake that takes longer is not waited for. */
export const CLOSE_MS = 2_000;

/** Unsent bytes above which `send` returns false, and those at which there is room again. */
const HIGH_WATER_BYTES = 256 * 1024;
const LOW_WATER_BYTES = 64 * 1024;

/** Browsers have no event for it. */
const LOOK_AGAIN_MS = 10;

/** Messages kept until somebody listens. The server says nothing before hello, so one is too many already. */
const EARLY_MESSAGES = 16;

/** Where nobody said why (RFC 6455 section 7.1.5). */
const ABNORMAL = 1006;

/** As much of a WebSocket as the client uses. Handlers are `unknown` because each platform types its events itself. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState?: number;
  readonly bufferedAmount: number;
  readonly protocol: string;
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

/**
 * A way past a WebSocket, for what is large: sends these pieces, of so many bytes, as one message, and tells when they are
 * written. False: it is not open now.
 */
export type WayPast = (pieces: readonly Uint8Array[], bytes: number, written: () => void) => boolean;

type State =
  | { readonly type: "open" }
  /** Open, and more is unsent than should be. */
  | { readonly type: "congested" }
  | { readonly type: "closing"; readonly code: number; readonly reason: string }
  | { readonly type: "closed"; readonly code: number; readonly reason: string };

export class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike;
  readonly #wayPast: WayPast | undefined;
  readonly #clock: Clock;
  /** Looks whether there is room again, then whether the close takes too long: never both. */
  readonly #alarm: Alarm;
  #listener: TransportListener | undefined;
  #state: State = { type: "open" };
  /** What arrives before its listener; undefined once that has heard it. */
  #early: (string | Uint8Array)[] | undefined = [];

  /** Takes the socket in the turn it opened in. */
  constructor(socket: WebSocketLike, clock: Clock, wayPast?: WayPast) {
    this.#socket = socket;
    this.#wayPast = wayPast;
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#wake());
    socket.onopen = null;
    socket.onmessage = ({ data }: { readonly data: unknown }) => this.#message(data);
    // `close` follows, and says as much.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }: { readonly code?: number; readonly reason?: string }) =>
      this.#closed(code ?? ABNORMAL, reason ?? "");
  }

  send(message: string | Uint8Array): boolean {
    if (!this.#isOpen) return true;
    try {
      this.#socket.send(message);
    } catch {
      // It is closing, and will say so.
      return true;
    }
    return this.#hasRoom();
  }

  sendPieces(pieces: readonly Uint8Array[]): boolean {
    const isSent = this.#isOpen && this.#wayPast?.(pieces, lengthOf(pieces), () => this.#written());
    return isSent ? this.#hasRoom() : this.send(joined(pieces));
  }

  /** A page cannot ping; the server does. */
  ping(): void {}

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#state = { type: "closing", code, reason };
    if (this.#early !== undefined) this.#early = [];
    this.#alarm.set(this.#clock.now() + CLOSE_MS);
    try {
      if (isSayable(code)) this.#socket.close(code, reason);
      else this.#socket.close();
    } catch {
      // Closed already, in the eyes of its platform.
    }
  }

  listen(listener: TransportListener): void {
    const first = this.#listener === undefined;
    this.#listener = listener;
    if (first) this.#clock.defer(() => this.#deliver());
  }

  #hasRoom(): boolean {
    if (!(this.#socket.bufferedAmount > HIGH_WATER_BYTES)) return true;
    if (this.#state.type === "open") this.#lookAgain();
    this.#state = { type: "congested" };
    return false;
  }

  /** It need not be looked for. */
  #written(): void {
    if (this.#state.type === "congested" && this.#socket.bufferedAmount <= HIGH_WATER_BYTES) this.#relieved();
  }

  #relieved(): void {
    this.#alarm.clear();
    this.#state = { type: "open" };
    this.#listener?.drained();
  }

  get #isOpen(): boolean {
    return this.#state.type === "open" || this.#state.type === "congested";
  }

  #message(data: unknown): void {
    if (!this.#isOpen) return;
    const message = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    // A class that knows nothing of `binaryType` gives what would have to be read later, and so out of order.
    if (typeof message !== "string" && !(message instanceof Uint8Array)) return this.#violated();
    if (this.#early === undefined) this.#listener?.message(message);
    else if (this.#early.length < EARLY_MESSAGES) this.#early.push(message);
    else this.#violated();
  }

  #violated(): void {
    this.close(closeCodes.protocol.code, closeCodes.protocol.reason);
  }

  #deliver(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const data of early) if (this.#isOpen || this.#state.type === "closed") this.#listener?.message(data);
    if (this.#state.type === "closed") this.#listener?.closed(this.#state.code, this.#state.reason);
  }

  #wake(): void {
    if (this.#state.type === "closing") return this.#giveUp();
    if (this.#socket.bufferedAmount > LOW_WATER_BYTES) return this.#lookAgain();
    this.#relieved();
  }

  #lookAgain(): void {
    this.#alarm.set(this.#clock.now() + LOOK_AGAIN_MS);
  }

  /** The handshake hangs: whatever its platform still makes of it is not heard. */
  #giveUp(): void {
    const socket: WebSocketLike & { terminate?(): void } = this.#socket;
    socket.terminate?.();
    this.#closed(ABNORMAL, "");
  }

  /** What we said stands; otherwise what the other end said. */
  #closed(code: number, reason: string): void {
    if (this.#state.type === "closed") return;
    this.#alarm.clear();
    this.#state =
      this.#state.type === "closing" ? { ...this.#state, type: "closed" } : { type: "closed", code, reason };
    if (this.#early === undefined) this.#listener?.closed(this.#state.code, this.#state.reason);
  }
}

/** The codes a page may say; others make `close` throw. A close without one ends the socket, not the session. */
function isSayable(code: number): boolean {
  return code === 1000 || (code >= 3000 && code <= 4999);
}

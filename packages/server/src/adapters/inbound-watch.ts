/**
 * What comes in over one WebSocket, watched from below, where pings and parts of messages can be seen: how fast, and
 * whether a message that has begun gets anywhere.
 *
 * - Above its rate the socket is not read until the debt is paid: TCP slows the sender down, and nothing is lost. Frames
 *   that arrive in one piece with others cannot be slowed down. Where they make a debt of more than {@link PAUSE_MS},
 *   no pause a heartbeat would survive helps: 4429.
 * - A message that has begun, in one frame or several, has `messageMs` to bring its end or {@link PROGRESS_BYTES}, and
 *   so again for as long as it takes: 4418. What a large message on a slow line sends is progress; pings are none.
 *
 * Bytes are those on the wire: a compressed message counts as it came, not as what it became. That is held to
 * `messageBytes`, so `messagesPerSecond` bounds it.
 *
 * @see PROTOCOL.md section 5.4
 */
import type { Limits } from "@trunkline/core";
import { type Alarm, type Clock, type CloseName, checkNames } from "@trunkline/core/internal";
import { TokenBucket } from "../token-bucket.js";
import { FrameFollower } from "./frame-follower.js";

/** How much may arrive over one socket. What is more waits in its sender: nothing is refused, it gets slower. */
export interface RateOptions {
  /**
   * WebSocket frames: messages, pings and pongs. Default: unbounded. Ten seconds' worth may come at once. Who sends so
   * many tiny ones together that ten more seconds would not do is closed (4429).
   */
  readonly messagesPerSecond?: number;
  /** Bytes on the wire, before they are inflated. Default: unbounded. At least 16 KiB. Ten seconds' worth may come at once. */
  readonly bytesPerSecond?: number;
}

/** The longest pause: a heartbeat's answer has to wait for it too. */
const PAUSE_MS = 10_000;
/** What is read from a socket at once, 64 KiB, has to be paid for in one pause. */
const MIN_BYTES_PER_SECOND = 16 * 1024;
/** The least that a message which takes longer than `messageMs` must bring in each such span. */
const PROGRESS_BYTES = 16 * 1024;
/** A wake-up this much after its time says that this process slept: what arrived meanwhile is read first. */
const LATE_MS = 1_000;
const DOUBT_MS = 2_000;

/** What is watched, and told. */
export interface WatchedSocket {
  pause(): void;
  resume(): void;
  giveUp(close: CloseName): void;
}

export interface WatchOptions extends RateOptions {
  readonly clock: Clock;
  readonly limits: Pick<Limits, "messageMs">;
}

/** Shared by all sockets, as most are quiet most of the time. */
const quiet = { type: "quiet" } as const;

type State =
  | typeof quiet
  /** A message is under way; what it had brought when its time began. */
  | { readonly type: "message"; readonly until: number; readonly messages: number; readonly bytes: number }
  | { readonly type: "paused" }
  | { readonly type: "stopped" };

export class InboundWatch {
  readonly #socket: WatchedSocket;
  readonly #options: WatchOptions;
  /** Made when something is waited for, which most sockets never see. */
  #alarm: Alarm | undefined;
  readonly #follower = new FrameFollower();
  readonly #rates: { readonly frames: TokenBucket; readonly bytes: TokenBucket } | undefined;
  #state: State = quiet;

  constructor(socket: WatchedSocket, options: WatchOptions) {
    const { clock, messagesPerSecond = Infinity, bytesPerSecond = Infinity } = options;
    this.#socket = socket;
    this.#options = options;
    if (messagesPerSecond === Infinity && bytesPerSecond === Infinity) return;
    const now = clock.now();
    this.#rates = { frames: new TokenBucket(messagesPerSecond, now), bytes: new TokenBucket(bytesPerSecond, now) };
  }

  /** This has arrived, and has been read by whoever reads it. */
  arrived(chunk: Uint8Array): void {
    if (this.#state.type === "stopped") return;
    const before = this.#follower.frames;
    this.#follower.follow(chunk);
    const debtMs = this.#spend(this.#follower.frames - before, chunk.length);
    if (debtMs > PAUSE_MS) this.#socket.giveUp("flood");
    else if (debtMs > 0) this.#pause(debtMs);
    else if (this.#state.type !== "paused") this.#judge();
  }

  /** The socket is closing: nothing of it matters any more. */
  stop(): void {
    this.#state = { type: "stopped" };
    this.#alarm?.clear();
  }

  #spend(frames: number, bytes: number): number {
    if (this.#rates === undefined) return 0;
    const now = this.#options.clock.now();
    this.#rates.frames.spend(frames, now);
    this.#rates.bytes.spend(bytes, now);
    return Math.max(this.#rates.frames.debtMs, this.#rates.bytes.debtMs);
  }

  #pause(ms: number): void {
    this.#state = { type: "paused" };
    this.#socket.pause();
    this.#wakeAt(this.#options.clock.now() + ms);
  }

  #judge(): void {
    const { unfinished } = this.#follower;
    if (this.#state.type === "quiet" && unfinished) this.#expect(this.#options.limits.messageMs);
    else if (this.#state.type === "message" && !unfinished) {
      this.#state = quiet;
      this.#alarm?.clear();
    }
  }

  /** Gives what is under way this long. */
  #expect(ms: number): void {
    const { messages, messageBytes: bytes } = this.#follower;
    const until = this.#options.clock.now() + ms;
    this.#state = { type: "message", until, messages, bytes };
    this.#wakeAt(until);
  }

  #wakeAt(at: number): void {
    this.#alarm ??= this.#options.clock.alarm(() => this.#wake());
    this.#alarm.set(at);
  }

  #wake(): void {
    const state = this.#state;
    if (state.type === "paused") {
      this.#state = quiet;
      this.#socket.resume();
      this.#judge();
    } else if (state.type === "message") {
      const { messages, messageBytes } = this.#follower;
      const isMoving = messages > state.messages || messageBytes - state.bytes >= PROGRESS_BYTES;
      if (isMoving) this.#expect(this.#options.limits.messageMs);
      else if (this.#options.clock.now() - state.until > LATE_MS) this.#doubt(state);
      else this.#socket.giveUp("silent");
    }
  }

  #doubt(state: State & { readonly type: "message" }): void {
    const until = this.#options.clock.now() + DOUBT_MS;
    this.#state = { ...state, until };
    this.#wakeAt(until);
  }
}

/**
 * The options, if they are any.
 *
 * @throws TypeError for a rate that is not a positive number, or that one read of a socket could not be paid from.
 */
export function checkedRate(rate: RateOptions = {}): RateOptions {
  checkNames("rate", rate, { messagesPerSecond: true, bytesPerSecond: true });
  const { messagesPerSecond = Infinity, bytesPerSecond = Infinity } = rate;
  if (!(messagesPerSecond > 0)) {
    throw new TypeError(`rate.messagesPerSecond must be a positive number, not ${String(messagesPerSecond)}`);
  }
  if (!(bytesPerSecond >= MIN_BYTES_PER_SECOND)) {
    throw new TypeError(`rate.bytesPerSecond must be at least ${MIN_BYTES_PER_SECOND}, not ${String(bytesPerSecond)}`);
  }
  return { messagesPerSecond, bytesPerSecond };
}

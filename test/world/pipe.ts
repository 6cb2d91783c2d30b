/**
 * One direction of a TCP connection: bytes that a program has written, those that its kernel has taken, those that are
 * on their way and those that have arrived and were not read. The kernel takes no more than a window of bytes that
 * were not read at the other end, so a reader that stops is felt by the writer. Bytes arrive in order; what is lost is
 * lost from some byte on.
 */
import type { Alarm } from "@trunkline/core/internal";
import type { Random, VirtualClock } from "@trunkline/core/simulation";

/** How a connection behaves while nothing is wrong. Shared by its pipes, and may change. */
export interface Manners {
  delayMs: number;
  jitterMs: number;
  bytesPerMs: number;
  windowBytes: number;
  segmentBytes: number;
}

/** How a direction ends, as its reader notices it: after all that was said, or at once. */
export type PipeEnd = "fin" | "reset";

export interface PipeListener {
  /** There is something to read. */
  readable(): void;
  /** Less is written and not taken than before. */
  taken(): void;
}

interface Segment {
  readonly at: number;
  readonly what: Uint8Array | PipeEnd;
}

/** `stalled`: on its way, and later than anybody thinks. `lost`: what is sent now never arrives. */
type State = "open" | "stalled" | "lost" | "released";

export class Pipe {
  #state: State = "open";
  #written: Uint8Array[] = [];
  #writtenBytes = 0;
  #flight: Segment[] = [];
  #arrived: Uint8Array[] = [];
  #end: PipeEnd | undefined;
  /** Taken by the kernel and not read. */
  #kernelBytes = 0;
  #busySince = Infinity;
  #freeAt = 0;
  #latest = 0;
  readonly #alarm: Alarm;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #manners: Manners;
  readonly #listener: PipeListener;

  constructor(clock: VirtualClock, random: Random, manners: Manners, listener: PipeListener) {
    this.#clock = clock;
    this.#random = random;
    this.#manners = manners;
    this.#listener = listener;
    this.#alarm = clock.alarm(() => this.#arrive());
  }

  /** Whether what is sent now will arrive. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** Bytes that were written and that the kernel has not taken. */
  get buffered(): number {
    return this.#writtenBytes;
  }

  /** Since when there has been something that was written and not read; `Infinity`: there is nothing. */
  get busySince(): number {
    return this.#busySince;
  }

  write(bytes: Uint8Array): void {
    if (this.#state === "released") return;
    this.#busySince = Math.min(this.#busySince, this.#clock.now());
    this.#written.push(bytes);
    this.#writtenBytes += bytes.length;
    this.#pump();
  }

  /** Takes what has arrived. */
  read(): { readonly chunks: readonly Uint8Array[]; readonly end: PipeEnd | undefined } {
    const chunks = this.#end === "reset" ? [] : this.#arrived;
    this.#arrived = [];
    for (const { length } of chunks) this.#kernelBytes -= length;
    this.#pump();
    if (this.#writtenBytes + this.#kernelBytes === 0) this.#busySince = Infinity;
    return { chunks, end: this.#end };
  }

  /** Everything is late, until {@link flow}. */
  stall(): void {
    if (this.#state !== "open") return;
    this.#state = "stalled";
    this.#alarm.clear();
  }

  flow(): void {
    if (this.#state !== "stalled") return;
    this.#state = "open";
    this.#schedule();
  }

  /** What is sent from now on vanishes, and nobody is told. */
  blackhole(): void {
    if (this.#state !== "open" && this.#state !== "stalled") return;
    this.#lose(this.#state === "stalled" ? 0 : this.#flight.length);
  }

  /**
   * The direction ends. `fin`: what the kernel has is delivered first. `reset`: what is on its way is lost from a random
   * byte on. `undefined`: so it is, and the reader never notices.
   */
  cut(end: PipeEnd | undefined, lateMs = 0): void {
    if (this.#state === "released" || this.#state === "lost") return;
    if (end !== "fin") this.#tear();
    const wasStalled = this.#state === "stalled";
    this.#lose(wasStalled ? 0 : this.#flight.length);
    if (end !== undefined) this.#fly(end, lateMs);
    this.#schedule();
  }

  /** Nobody reads or writes any more. */
  release(): void {
    this.#state = "released";
    this.#alarm.clear();
    this.#written = [];
    this.#flight = [];
    this.#arrived = [];
  }

  #lose(kept: number): void {
    this.#state = "lost";
    this.#flight.length = kept;
  }

  /** Loses what is on its way, from a random byte on. */
  #tear(): void {
    const at = this.#random.int(this.#flight.length + 1);
    const torn = this.#flight[at];
    this.#flight.length = at;
    if (torn === undefined || typeof torn.what === "string") return;
    const left = torn.what.subarray(0, this.#random.int(torn.what.length));
    if (left.length > 0) this.#flight.push({ at: torn.at, what: left });
  }

  #pump(): void {
    const before = this.#writtenBytes;
    const { windowBytes, segmentBytes } = this.#manners;
    for (let first = this.#written[0]; first !== undefined && this.#kernelBytes < windowBytes; ) {
      const most = Math.min(segmentBytes, windowBytes - this.#kernelBytes);
      const piece = first.subarray(0, most);
      if (piece.length === first.length) this.#written.shift();
      else this.#written[0] = first.subarray(most);
      this.#writtenBytes -= piece.length;
      this.#kernelBytes += piece.length;
      if (this.#state !== "lost") this.#fly(piece, 0);
      first = this.#written[0];
    }
    if (this.#writtenBytes < before) this.#listener.taken();
  }

  #fly(what: Segment["what"], lateMs: number): void {
    const { delayMs, jitterMs, bytesPerMs } = this.#manners;
    const size = typeof what === "string" ? 0 : what.length;
    this.#freeAt = Math.max(this.#clock.now(), this.#freeAt) + size / bytesPerMs;
    const jitter = jitterMs > 0 ? this.#random.int(jitterMs + 1) : 0;
    this.#latest = Math.max(this.#latest, this.#freeAt + delayMs + jitter + lateMs);
    this.#flight.push({ at: this.#latest, what });
    if (this.#flight.length === 1) this.#schedule();
  }

  #schedule(): void {
    const [first] = this.#flight;
    if (first !== undefined && this.#state !== "stalled") this.#alarm.set(first.at);
  }

  #arrive(): void {
    for (let first = this.#flight[0]; first !== undefined && first.at <= this.#clock.now(); first = this.#flight[0]) {
      this.#flight.shift();
      if (typeof first.what === "string") this.#end = first.what;
      else this.#arrived.push(first.what);
    }
    this.#schedule();
    this.#listener.readable();
  }
}

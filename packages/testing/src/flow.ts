/**
 * One direction of a line: what one socket says, the other hears, with the faults of the moment in between.
 *
 * Bounded: at most {@link HELD_BYTES} and one read are held, reading waits for writing, and one piece is written at a
 * time. That a socket has ended travels behind what it said before; that it broke overtakes that, as RST does.
 */
import type { Socket } from "node:net";
import type { Alarm, Clock } from "@trunkline/core/internal";
import type { Ending, Faults } from "./faults.js";

export interface FlowOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly clock: Clock;
  /** Chance in [0, 1). */
  random(): number;
  /** The faults of the moment. */
  faults(): Faults;
  /** The line must end, both directions of it. */
  over(by: Ending): void;
}

/** What waits to be written: bytes, or the end of them. */
interface Held {
  readonly bytes: Buffer | "end";
  readonly dueAt: number;
}

const HELD_BYTES = 256 * 1024;

/** With a bandwidth, a piece is no more than what passes in this time, and lost time is made up for no further back. */
const BANDWIDTH_STEP_MS = 10;

/** Slices that left in the same turn would arrive as one. */
const SLICE_MS = 1;

type FlowState =
  | "open"
  /** The receiver has been told that there is no more; what comes all the same is swallowed. */
  | "ended"
  /** The line is cut. */
  | "deaf";

export class Flow {
  readonly #options: FlowOptions;
  readonly #alarm: Alarm;
  readonly #queue: Held[] = [];
  #state: FlowState = "open";
  #writing = false;
  #broken = false;
  #held = 0;
  #passed = 0;
  /** No piece is written before: the bandwidth's doing. */
  #freeAt = 0;
  #lastAt: number;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#lastAt = options.clock.now();
    this.#alarm = options.clock.alarm(() => this.pump());
    const { from } = options;
    from.on("data", (bytes: Buffer) => this.#hold(bytes));
    from.on("end", () => this.#hold("end"));
    from.on("error", () => this.#break());
    from.on("close", () => this.#closed());
  }

  /** Bytes that were read and have not left. */
  get held(): number {
    return this.#held;
  }

  /** From now on nothing passes, and whatever is held is lost. */
  silence(): void {
    this.#swallow("deaf");
  }

  /** Passes on what may leave now. To be called whenever that may have changed. */
  pump(): void {
    if (this.#state === "deaf") return;
    const { over, faults, clock } = this.#options;
    const now = clock.now();
    const { idleMs = Infinity, blackhole = false } = faults();
    if (this.#state === "open" && now >= this.#lastAt + idleMs) return over("reset");
    if (blackhole) return this.#alarm.set(this.#lastAt + idleMs);
    if (this.#broken) return over("reset");
    if (this.#state === "ended" || this.#writing || this.#endsHere()) return;
    const [next] = this.#queue;
    const leavesAt = next === undefined ? Infinity : Math.max(next.dueAt, this.#freeAt);
    if (next !== undefined && leavesAt <= now) this.#pass(next, now);
    else this.#alarm.set(Math.min(leavesAt, this.#lastAt + idleMs));
  }

  #hold(bytes: Held["bytes"]): void {
    if (this.#state !== "open") return;
    const { clock, faults, random, from } = this.#options;
    const { latencyMs = 0, jitterMs = 0 } = faults();
    const arrivesAt = clock.now() + latencyMs + (jitterMs > 0 ? random() * jitterMs : 0);
    this.#queue.push({ bytes, dueAt: Math.max(arrivesAt, this.#queue.at(-1)?.dueAt ?? 0) });
    if (bytes !== "end") this.#held += bytes.length;
    if (this.#held >= HELD_BYTES) from.pause();
    this.pump();
  }

  #pass(next: Held, now: number): void {
    this.#queue.shift();
    if (next.bytes === "end") return this.#end();
    const { faults, from, to } = this.#options;
    const { bytesPerSecond = Infinity, sliceBytes = Infinity, endAfter } = faults();
    const step = Math.max(1, Math.floor((bytesPerSecond * BANDWIDTH_STEP_MS) / 1000));
    const most = Math.min(sliceBytes, step, (endAfter?.bytes ?? Infinity) - this.#passed);
    const piece = next.bytes.subarray(0, most);
    if (piece.length < next.bytes.length) {
      this.#queue.unshift({ bytes: next.bytes.subarray(piece.length), dueAt: next.dueAt });
    }
    this.#freeAt = Math.max(this.#freeAt, now - BANDWIDTH_STEP_MS) + (piece.length * 1000) / bytesPerSecond;
    if (piece.length === sliceBytes) this.#freeAt = Math.max(this.#freeAt, now + SLICE_MS);
    this.#writing = true;
    to.write(piece, () => {
      this.#writing = false;
      if (this.#state !== "open") return;
      this.#held -= piece.length;
      this.#passed += piece.length;
      this.#lastAt = this.#options.clock.now();
      if (this.#held < HELD_BYTES) from.resume();
      this.pump();
    });
  }

  /** Whether these were the last bytes that a fault lets through. */
  #endsHere(): boolean {
    const { faults, over } = this.#options;
    const { endAfter } = faults();
    if (endAfter === undefined || this.#passed < endAfter.bytes) return false;
    if (endAfter.by === "half-close") this.#end();
    else over(endAfter.by);
    return true;
  }

  #end(): void {
    this.#swallow("ended");
    this.#options.to.end();
  }

  #swallow(state: "ended" | "deaf"): void {
    this.#state = state;
    this.#queue.length = 0;
    this.#held = 0;
    this.#alarm.clear();
    this.#options.from.resume();
  }

  #closed(): void {
    // A socket that said it would end has only done so.
    const saidSo = this.#state === "ended" || this.#queue.at(-1)?.bytes === "end";
    if (!saidSo) this.#break();
  }

  #break(): void {
    this.#broken = true;
    this.pump();
  }
}

/**
 * One direction of a link: parcels arrive in order, each some time after it was sent. What is on its way counts against
 * a buffer; what is lost is lost from some point on, as with TCP: never out of the middle.
 */
import type { Alarm, Clock } from "../clock.js";
import type { Data } from "../protocol/blob.js";
import type { Random } from "./random.js";

export type Parcel =
  | { readonly type: "message"; readonly data: Data }
  | { readonly type: "ping" }
  | { readonly type: "pong" }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

/** How a direction behaves while nothing is wrong. */
export interface PipeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Every parcel takes this long, and up to `jitterMs` more. Default 0: it arrives when the turn is over. */
  readonly delayMs?: number;
  readonly jitterMs?: number;
  /** Size on its way, in UTF-16 units and bytes, from which on the sender is asked to wait. Default: unbounded. */
  readonly bufferSize?: number;
}

interface PipeListener {
  arrived(parcel: Parcel): void;
  /** The sender was asked to wait, and may go on. */
  drained(): void;
}

/** `open`: parcels arrive. `stuck`: they stay on their way for ever. `severed`: what is sent now is lost. */
type PipeState = "open" | "stuck" | "severed";

export class Pipe {
  #state: PipeState = "open";
  #parcels: { readonly at: number; readonly parcel: Parcel }[] = [];
  #size = 0;
  #senderWaits = false;
  #latest = 0;
  readonly #alarm: Alarm;
  readonly #options: PipeOptions;
  readonly #listener: PipeListener;

  constructor(options: PipeOptions, listener: PipeListener) {
    this.#options = options;
    this.#listener = listener;
    this.#alarm = options.clock.alarm(() => this.#deliver());
  }

  /** Whether what is sent now will arrive. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** False: the buffer is full, and `drained` will be heard when it is not. */
  send(parcel: Parcel): boolean {
    if (this.#state !== "severed") this.#enqueue(parcel, 0);
    this.#size += sizeOf(parcel);
    this.#senderWaits ||= this.#size >= (this.#options.bufferSize ?? Infinity);
    return !this.#senderWaits;
  }

  /** From now on nothing arrives, and nobody is told. */
  block(): void {
    if (this.#state !== "open") return;
    this.#state = "stuck";
    this.#alarm.clear();
  }

  /** Loses what is on its way, from a random parcel on. The receiver hears `last` after what is left, if it is given. */
  sever(last: Parcel | undefined, lateMs: number): void {
    if (this.#state === "severed") return;
    this.#parcels.length = this.#state === "stuck" ? 0 : this.#options.random.int(this.#parcels.length + 1);
    this.#state = "severed";
    if (last !== undefined) this.#enqueue(last, lateMs);
  }

  #enqueue(parcel: Parcel, lateMs: number): void {
    const { clock, random, delayMs = 0, jitterMs = 0 } = this.#options;
    const at = clock.now() + delayMs + (jitterMs > 0 ? random.int(jitterMs + 1) : 0) + lateMs;
    this.#latest = Math.max(this.#latest, at);
    this.#parcels.push({ at: this.#latest, parcel });
    if (this.#state === "stuck" || this.#parcels.length > 1) return;
    this.#await(this.#latest);
  }

  #await(at: number): void {
    const { clock } = this.#options;
    if (at > clock.now()) this.#alarm.set(at);
    else clock.defer(() => this.#deliver());
  }

  #deliver(): void {
    const first = this.#parcels[0];
    if (this.#state === "stuck" || first === undefined) return;
    if (first.at > this.#options.clock.now()) return this.#alarm.set(first.at);
    this.#parcels.shift();
    this.#size -= sizeOf(first.parcel);
    if (this.#parcels.length > 0) this.#await(this.#parcels[0]!.at);
    this.#listener.arrived(first.parcel);
    if (this.#senderWaits && this.#size <= (this.#options.bufferSize ?? Infinity) / 2 && this.#state === "open") {
      this.#senderWaits = false;
      this.#listener.drained();
    }
  }
}

const sizeOf = (parcel: Parcel) => (parcel.type === "message" ? parcel.data.length : 0);

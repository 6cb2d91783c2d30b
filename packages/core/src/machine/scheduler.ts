/**
 * What waits to be sent, and in which order it goes: frames that let the other end work or stop (cancel, credit) first,
 * and what is declared to go before the rest; then the rest as it came. A batch is bounded in frames and in size; one frame larger than that goes alone.
 */

import { type EncodedFrame, WithBlob } from "../protocol/blob.js";
import { Fifo } from "./fifo.js";

/** What is declared of a procedure. The frames of one call have the same. */
export type Priority = "high" | "normal" | "low";

/** A frame, or something that becomes one, or nothing, at the moment it is sent. */
export type Outbound<Deferred> = EncodedFrame | Deferred;

/** Whether this is a frame already. */
export const isFrame = <Deferred>(outbound: Outbound<Deferred>): outbound is EncodedFrame =>
  typeof outbound === "string" || outbound instanceof WithBlob;

/** Anything the scheduler can weigh before it is rendered. */
export interface Weighed {
  /** Its size as a frame, in UTF-16 units and bytes. */
  readonly size: number;
}

/** What becomes a frame when it is sent. */
export interface Deferrable extends Weighed {
  /** The bytes in its size. */
  readonly blobBytes: number;
  /** Undefined as long as it has none. */
  readonly id: number | undefined;
}

/** A place in the line: what was pushed before it. */
export interface Mark {
  readonly urgent: number;
  readonly normal: number;
}

/** Bounds of one batch. A first frame above `size`, up to `largest`, goes alone. */
export interface BatchBounds {
  readonly frames: number;
  readonly size: number;
  readonly largest: number;
}

/** After so much of what goes first, one of the others goes in any case, so that none waits for ever. */
export const FAIR_SIZE = 256 * 1024;

export class Scheduler<Deferred extends Weighed> {
  readonly #urgent = new Fifo<Outbound<Deferred>>();
  readonly #normal = new Fifo<Outbound<Deferred>>();
  #size = 0;
  /** Frames that were ever taken, of each sort. */
  #urgentTaken = 0;
  #normalTaken = 0;
  /** What was urgent since anything else went. */
  #overtaken = 0;

  /** Frames that were ever taken. */
  get taken(): number {
    return this.#urgentTaken + this.#normalTaken;
  }

  /** Frames waiting. */
  get length(): number {
    return this.#urgent.length + this.#normal.length;
  }

  /** What they take, in UTF-16 units and bytes. */
  get size(): number {
    return this.#size;
  }

  /** The end of the line. */
  mark(): Mark {
    return {
      urgent: this.#urgentTaken + this.#urgent.length,
      normal: this.#normalTaken + this.#normal.length,
    };
  }

  /** Whether all that waited there has gone. */
  hasPassed({ urgent, normal }: Mark): boolean {
    return this.#urgentTaken >= urgent && this.#normalTaken >= normal;
  }

  push(frame: Outbound<Deferred>): void {
    this.#normal.push(frame);
    this.#size += sizeOf(frame);
  }

  pushUrgent(frame: Outbound<Deferred>): void {
    this.#urgent.push(frame);
    this.#size += sizeOf(frame);
  }

  /** Takes the next batch. */
  take(bounds: BatchBounds): Outbound<Deferred>[] {
    const batch: Outbound<Deferred>[] = [];
    let urgent = 0;
    let normal = 0;
    let room = bounds.size;
    while (batch.length < bounds.frames && batch.length < this.length) {
      const isNormalDue = this.#overtaken >= FAIR_SIZE && normal < this.#normal.length;
      const isUrgent = urgent < this.#urgent.length && !isNormalDue;
      const frame = isUrgent ? this.#urgent.at(urgent) : this.#normal.at(normal);
      const size = sizeOf(frame);
      if (size > (batch.length === 0 ? bounds.largest : room)) break;
      room -= size + 1;
      this.#overtaken = isUrgent ? this.#overtaken + size : 0;
      if (isUrgent) urgent++;
      else normal++;
      this.#size -= size;
      batch.push(frame);
    }
    this.#urgent.drop(urgent);
    this.#normal.drop(normal);
    this.#urgentTaken += urgent;
    this.#normalTaken += normal;
    return batch;
  }

  /** Drops everything that is a frame already, and returns what is not yet. */
  clear(): Deferred[] {
    const all = [...this.#urgent.clear(), ...this.#normal.clear()];
    const deferred = all.filter((outbound): outbound is Deferred => !isFrame(outbound));
    this.#size = 0;
    return deferred;
  }
}

export const sizeOf = (outbound: Outbound<Weighed>) => (typeof outbound === "string" ? outbound.length : outbound.size);

/**
 * Frames that were sent and are not yet acknowledged, kept for replay.
 *
 * Frames are numbered from 1 without holes. `acknowledged ≤ sent`, and the frames held are exactly those between.
 *
 * @see PROTOCOL.md section 5.1
 */
import { type EncodedFrame, frameSize, WithBlob } from "../protocol/blob.js";
import type { Cutting } from "./cutting.js";

export class Outbox {
  #frames: EncodedFrame[] = [];
  /** Index in `#frames` of the oldest frame still held; those before it are acknowledged and await removal. */
  #start = 0;
  #acknowledged = 0;
  #size = 0;

  /** How many frames were ever acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many frames were ever sent. */
  get sent(): number {
    return this.#acknowledged + this.#frames.length - this.#start;
  }

  /** What the frames held take, in UTF-16 units and bytes. */
  get size(): number {
    return this.#size;
  }

  push(frame: EncodedFrame): void {
    this.#frames.push(frame);
    this.#size += frameSize(frame);
  }

  /** Forgets the first `count` frames ever sent. False, and nothing happens, if so many were never sent. */
  acknowledge(count: number): boolean {
    if (count > this.sent) return false;
    for (; this.#acknowledged < count; this.#acknowledged++) {
      this.#size -= frameSize(this.#frames[this.#start++]!);
    }
    // Shifting costs as much as what is left, so it waits until that is the smaller part.
    if (this.#start * 2 >= this.#frames.length) {
      this.#frames = this.#start === this.#frames.length ? [] : this.#frames.slice(this.#start);
      this.#start = 0;
    }
    return true;
  }

  /** The frame with this number. It must be held: `acknowledged < number ≤ sent`. */
  at(number: number): EncodedFrame {
    return this.#frames[this.#start + number - this.#acknowledged - 1]!;
  }

  /** What is a view into something that is not wanted any more keeps no more of it than it is. */
  keepApart(frame: Cutting): void {
    for (let index = this.#start; index < this.#frames.length; index++) {
      const held = this.#frames[index]!;
      if (typeof held === "string" || !frame.holds(held.blob)) continue;
      this.#frames[index] = new WithBlob(held.text, held.blob.slice());
    }
  }

  /** Begins anew: numbers start from 1 again. */
  clear(): void {
    this.#frames = [];
    this.#start = 0;
    this.#acknowledged = 0;
    this.#size = 0;
  }
}

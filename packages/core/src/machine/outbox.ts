/**
 * Frames that were sent and are not yet acknowledged, kept for replay.
 *
 * Frames are numbered from 1 without holes. `acknowledged ≤ sent`, and the frames held are exactly those between.
 *
 * @see PROTOCOL.md section 5.1
 */
import { type EncodedFrame, frameSize, WithBlob } from "../protocol/blob.js";
import type { Cutting } from "./cutting.js";
import { Fifo } from "./fifo.js";

export class Outbox {
  readonly #frames = new Fifo<EncodedFrame>();
  #acknowledged = 0;
  #size = 0;

  /** How many frames were ever acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many frames were ever sent. */
  get sent(): number {
    return this.#acknowledged + this.#frames.length;
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
    const arrived = count - this.#acknowledged;
    if (arrived <= 0) return true;
    for (let index = 0; index < arrived; index++) this.#size -= frameSize(this.#frames.at(index));
    this.#frames.drop(arrived);
    this.#acknowledged = count;
    return true;
  }

  /** The frame with this number. It must be held: `acknowledged < number ≤ sent`. */
  at(number: number): EncodedFrame {
    return this.#frames.at(number - this.#acknowledged - 1);
  }

  /** What is a view into something that is not wanted any more keeps no more of it than it is. */
  keepApart(frame: Cutting): void {
    for (let index = 0; index < this.#frames.length; index++) {
      const held = this.#frames.at(index);
      if (typeof held === "string" || !frame.holds(held.blob)) continue;
      this.#frames.replace(index, new WithBlob(held.text, held.blob.slice()));
    }
  }

  /** Begins anew: numbers start from 1 again. */
  clear(): void {
    this.#frames.clear();
    this.#acknowledged = 0;
    this.#size = 0;
  }
}

/** What one end has said in its session, read from what it writes: the part of an outbox that can be seen. */
import type { Data } from "../../protocol/blob.js";
import { readWireBatch } from "../wire-batch.js";

export class Said {
  /** Number of the next frame, and how many of the other end's it has acknowledged. */
  next = 1;
  told = 0;
  #frames: { readonly text: string; readonly size: number }[] = [];

  /** A batch is written. */
  note(data: Data): void {
    const { seq, ack, frames, sizes } = readWireBatch(data);
    frames.forEach((frame, index) => {
      this.#frames[seq - 1 + index] = { text: JSON.stringify(frame), size: sizes[index]! };
    });
    this.next = seq + frames.length;
    this.told = ack;
  }

  /** The newest frames that make up so much: what is held for replay. */
  held(size: number): string[] {
    let start = this.#frames.length;
    for (let left = size; left > 0 && start > 0; ) left -= this.#frames[--start]!.size;
    return this.#frames.slice(start).map(({ text }) => text);
  }
}

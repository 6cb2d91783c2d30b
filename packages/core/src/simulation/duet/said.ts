/** What one end has said in its session, read from what it writes: the part of an outbox that can be seen. */
import type { Batch } from "../../protocol/message.js";

export class Said {
  /** Number of the next frame, and how many of the other end's it has acknowledged. */
  next = 1;
  told = 0;
  #frames: string[] = [];

  /** A batch is written. */
  note(text: string): void {
    const [[seq, ack], ...frames] = JSON.parse(text) as [[Batch["seq"], Batch["ack"]], ...unknown[]];
    frames.forEach((frame, index) => {
      this.#frames[seq - 1 + index] = JSON.stringify(frame);
    });
    this.next = seq + frames.length;
    this.told = ack;
  }

  /** The newest frames that make up so much: what is held for replay. */
  held(size: number): string[] {
    let start = this.#frames.length;
    for (let left = size; left > 0 && start > 0; ) left -= this.#frames[--start]!.length;
    return this.#frames.slice(start);
  }
}

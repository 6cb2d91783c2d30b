/**
 * What one end has said in its session, read from what it writes: the part of an outbox that can be seen. It is read when
 * somebody looks, because most never do.
 */
import type { Data } from "../../protocol/blob.js";
import { readWireBatch } from "../wire-batch.js";

export class Said {
  #written: Data[] = [];
  #next = 1;
  #told = 0;
  readonly #frames: { readonly text: string; readonly size: number }[] = [];

  /** A batch is written. */
  note(data: Data): void {
    this.#written.push(data);
  }

  /** Number of the next frame. */
  get next(): number {
    this.#read();
    return this.#next;
  }

  /** How many of the other end's it has acknowledged. */
  get told(): number {
    this.#read();
    return this.#told;
  }

  /** The newest frames that make up so much: what is held for replay. */
  held(size: number): string[] {
    this.#read();
    let start = this.#frames.length;
    for (let left = size; left > 0 && start > 0; ) left -= this.#frames[--start]!.size;
    return this.#frames.slice(start).map(({ text }) => text);
  }

  #read(): void {
    for (const data of this.#written) {
      const { seq, ack, frames, sizes } = readWireBatch(data);
      frames.forEach((frame, index) => {
        this.#frames[seq - 1 + index] = { text: JSON.stringify(frame), size: sizes[index]! };
      });
      this.#next = seq + frames.length;
      this.#told = ack;
    }
    this.#written = [];
  }
}

/**
 * Large frames on their way in: parts, until the last of them has come. What all of them will take together is known from
 * their first parts, and bounded before anything is held; what is held grows with what has arrived. How many there may be
 * is bounded by whoever owns this, as each has an open call or takes the place of one.
 *
 * @see PROTOCOL.md section 4.2
 */
import type { PartFrame } from "../protocol/message.js";
import { type Violation, violation } from "../protocol/parse.js";

/** What a frame takes when it begins, if it is not smaller; it grows to four times what it was. */
const FIRST_BYTES = 256 * 1024;
const GROWTH = 4;

interface Unfinished {
  readonly total: number;
  /** Grows up to the total; the first `length` bytes have arrived. */
  bytes: Uint8Array;
  length: number;
}

export class Joining {
  readonly #unfinished = new Map<number, Unfinished>();
  readonly #valueBytes: number;
  #total = 0;
  #size = 0;

  constructor(valueBytes: number) {
    this.#valueBytes = valueBytes;
  }

  /** Whether a frame of this id has begun to arrive. */
  has(id: number): boolean {
    return this.#unfinished.has(id);
  }

  /** Frames that have begun to arrive. */
  get length(): number {
    return this.#unfinished.size;
  }

  /** Bytes held. */
  get size(): number {
    return this.#size;
  }

  /** Takes a part. The bytes of the whole frame, when this was its last. */
  add({ id, left, blob }: PartFrame): Uint8Array | Violation | undefined {
    const known = this.#unfinished.get(id);
    if (known !== undefined && left !== known.total - known.length) {
      return violation("a part that does not continue the one before (§4.2)");
    }
    if (known === undefined && this.#total + left > this.#valueBytes) {
      return violation("frames in parts exceed limits.valueBytes (§8)", "tooLarge");
    }
    const frame = known ?? {
      total: left,
      bytes: new Uint8Array(Math.min(left, Math.max(FIRST_BYTES, blob.length))),
      length: 0,
    };
    if (known === undefined) {
      this.#unfinished.set(id, frame);
      this.#total += left;
      this.#size += frame.bytes.length;
    }
    const before = frame.bytes.length;
    append(frame, blob);
    this.#size += frame.bytes.length - before;
    if (frame.length < frame.total) return undefined;
    this.drop(id);
    return frame.bytes;
  }

  /** Nobody wants the frame of this id any more. */
  drop(id: number): void {
    if (this.#unfinished.size === 0) return;
    const frame = this.#unfinished.get(id);
    if (frame === undefined) return;
    this.#total -= frame.total;
    this.#size -= frame.bytes.length;
    this.#unfinished.delete(id);
  }

  clear(): void {
    this.#unfinished.clear();
    this.#total = 0;
    this.#size = 0;
  }
}

function append(frame: Unfinished, piece: Uint8Array): void {
  const length = frame.length + piece.length;
  if (length > frame.bytes.length) {
    const bytes = new Uint8Array(Math.min(frame.total, Math.max(length, frame.bytes.length * GROWTH)));
    bytes.set(frame.bytes);
    frame.bytes = bytes;
  }
  frame.bytes.set(piece, frame.length);
  frame.length = length;
}

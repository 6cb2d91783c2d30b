/**
 * Large frames on their way in: parts, until the last of them has come. What all of them will take together is known from
 * their first parts, and bounded before anything is held; what is held grows with what has arrived. How many there may be
 * is bounded by whoever owns this, as each has an open call or takes the place of one.
 *
 * A frame's JSON and its blob are put together apart, each in memory of its own, so that neither is copied again.
 *
 * @see PROTOCOL.md section 4.2
 */
import { ENVELOPE_BYTES, jsonBytes } from "../protocol/envelope.js";
import type { PartFrame } from "../protocol/frame.js";
import type { Joined } from "../protocol/parse-frame.js";
import { type Violation, violation } from "../protocol/violation.js";

/** What JSON or a blob takes when it begins, if it is not smaller; it grows to four times what it was. */
const FIRST_BYTES = 256 * 1024;
const GROWTH = 4;

/** A number of bytes that is known before they come. */
class Filling {
  readonly #total: number;
  /** Grows up to the total; the first `#length` bytes have arrived. */
  bytes: Uint8Array;
  #length = 0;

  /** `soon`: how many come at once. */
  constructor(total: number, soon: number) {
    this.#total = total;
    this.bytes = new Uint8Array(Math.min(total, Math.max(FIRST_BYTES, soon)));
  }

  get isFull(): boolean {
    return this.#length === this.#total;
  }

  /** Takes what is its own, and returns the rest. */
  take(piece: Uint8Array): Uint8Array {
    const own = piece.subarray(0, this.#total - this.#length);
    const length = this.#length + own.length;
    if (length > this.bytes.length) {
      const bytes = new Uint8Array(Math.min(this.#total, Math.max(length, this.bytes.length * GROWTH)));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    this.bytes.set(own, this.#length);
    this.#length = length;
    return piece.subarray(own.length);
  }
}

class Unfinished {
  readonly total: number;
  length = 0;
  readonly #opening: Filling;
  #json: Filling | undefined;
  #blob: Filling | undefined;

  constructor(total: number) {
    this.total = total;
    this.#opening = new Filling(Math.min(total, ENVELOPE_BYTES), 0);
  }

  /** Bytes held. */
  get size(): number {
    return this.#opening.bytes.length + (this.#json?.bytes.length ?? 0) + (this.#blob?.bytes.length ?? 0);
  }

  /** All of it; undefined as long as something is missing. */
  get joined(): Joined | undefined {
    if (this.#json === undefined || this.#blob === undefined || this.length < this.total) return undefined;
    return { json: this.#json.bytes, blob: this.#blob.bytes };
  }

  append(piece: Uint8Array): Violation | undefined {
    this.length += piece.length;
    const rest = this.#opening.take(piece);
    if (!this.#opening.isFull) return undefined;
    if (this.total < ENVELOPE_BYTES) return unopened();
    if (this.#json === undefined) {
      const length = jsonBytes(this.#opening.bytes);
      const blobLength = this.total - ENVELOPE_BYTES - length;
      if (blobLength < 0) return unopened();
      this.#json = new Filling(length, rest.length);
      this.#blob = new Filling(blobLength, Math.max(0, rest.length - length));
    }
    const blob = this.#json.take(rest);
    if (blob.length > 0) this.#blob?.take(blob);
    return undefined;
  }
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

  /** Takes a part. The whole frame, when this was its last. */
  add({ id, left, blob }: PartFrame): Joined | Violation | undefined {
    const known = this.#unfinished.get(id);
    if (known !== undefined && left !== known.total - known.length) {
      return violation("brokenPart");
    }
    if (known === undefined && this.#total + left > this.#valueBytes) {
      return violation("partsTooLarge", "tooLarge");
    }
    const frame = known ?? new Unfinished(left);
    if (known === undefined) {
      this.#unfinished.set(id, frame);
      this.#total += left;
      this.#size += frame.size;
    }
    const before = frame.size;
    const wrong = frame.append(blob);
    this.#size += frame.size - before;
    if (wrong !== undefined) return wrong;
    const { joined } = frame;
    if (joined !== undefined) this.drop(id);
    return joined;
  }

  /** Nobody wants the frame of this id any more. */
  drop(id: number): void {
    if (this.#unfinished.size === 0) return;
    const frame = this.#unfinished.get(id);
    if (frame === undefined) return;
    this.#total -= frame.total;
    this.#size -= frame.size;
    this.#unfinished.delete(id);
  }

  clear(): void {
    this.#unfinished.clear();
    this.#total = 0;
    this.#size = 0;
  }
}

const unopened = () => violation("partsNoEnvelope");

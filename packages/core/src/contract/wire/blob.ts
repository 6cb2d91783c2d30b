/**
 * The bytes of a value: they stand one after the other in a blob beside the JSON, which has their places in it. Its reader
 * goes through a whole value, so it also counts what there may be only so much of.
 */
import { Mismatch } from "./mismatch.js";

/** Collects the bytes of one value on its way out. It copies them: what the program does to its own later is not sent. */
export class BlobWriter {
  #parts: Uint8Array[] = [];
  #length = 0;

  add(bytes: Uint8Array): [offset: number, length: number] {
    const offset = this.#length;
    this.#parts.push(bytes);
    this.#length += bytes.byteLength;
    return [offset, bytes.byteLength];
  }

  /** All of them; undefined where there are none. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined;
    const [first] = this.#parts;
    // Memory that is filled at once is not cleared first.
    if (this.#parts.length === 1 && first !== undefined) return new Uint8Array(first);
    const blob = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      blob.set(part, offset);
      offset += part.byteLength;
    }
    return blob;
  }
}

/**
 * Gives out the bytes of one value that has arrived. Each is a copy, so that a few bytes that are kept do not keep a
 * whole message, but what has memory of its own already; no more is given out than has arrived, however often the JSON names the same place.
 */
export class BlobReader {
  readonly #blob: Uint8Array;
  #left: number;
  #numberKeys: number;

  /** `numberKeys`: see {@link key}. */
  constructor(blob: Uint8Array | undefined, numberKeys = Infinity) {
    this.#blob = blob ?? none;
    this.#left = this.#blob.byteLength;
    this.#numberKeys = numberKeys;
  }

  /**
   * A key of a map, or a member of a set. A number is found there by a hash that has no secret in it, so that whoever
   * chooses them can make all collide; n of them then take n² steps.
   */
  key(key: unknown): void {
    if (typeof key !== "number" && typeof key !== "bigint") return;
    if (--this.#numberKeys < 0) throw new Mismatch("fewer numbers in maps and sets (limits.numberKeys)");
  }

  read(place: unknown): Uint8Array {
    if (!Array.isArray(place) || place.length !== 2 || !place.every(isCount)) throw new Mismatch("offset and length");
    const [offset, length] = place as [number, number];
    if (offset + length > this.#blob.byteLength) throw new Mismatch("a place within the bytes that came");
    this.#left -= length;
    if (this.#left < 0) throw new Mismatch("bytes that are not named twice");
    // Only a frame that came in parts has a blob that is not part of a message. What is empty is made for each reader:
    // whoever has it may give its memory away.
    if (length > 0 && length === this.#blob.buffer.byteLength) return this.#blob;
    return new Uint8Array(this.#blob.subarray(offset, offset + length));
  }
}

const none = new Uint8Array(0);

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

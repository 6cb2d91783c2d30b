/** Bytes that a run can make again and know again. */
import { type Encoded, WithBlob } from "../protocol/blob.js";

/** So many bytes, which follow from `seed`. */
export function bytesOf(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0, state = seed + 1; index < length; index++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[index] = state >> 16;
  }
  return bytes;
}

/** A value and its bytes, as one text that no other value has (FNV-1a over the bytes). */
export function fingerprint(text: string, blob: Uint8Array | undefined): string {
  if (blob === undefined) return text;
  let hash = 0x811c9dc5;
  for (const byte of blob) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${text} ${blob.length} ${hash >>> 0}`;
}

/** A value with so many bytes; without any it is a text. */
export function withBytes(text: string, seed: number, length: number): Exclude<Encoded, undefined> {
  return length === 0 ? text : new WithBlob(text, bytesOf(seed, length));
}

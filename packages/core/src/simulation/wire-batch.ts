/** A batch as it stands on the wire, read by a third party: without trust in the code that wrote it, or shared with it. */
import type { Data } from "../protocol/blob.js";

export type WireFrame = [op: number, id: number, ...rest: unknown[]];

export interface WireBatch {
  readonly seq: number;
  readonly ack: number;
  readonly frames: readonly WireFrame[];
  /** Of each frame: UTF-16 units of its text, and bytes of its blob. */
  readonly sizes: readonly number[];
  /** Empty where a frame has none. */
  readonly blobs: readonly Uint8Array[];
}

type Items = [head: [seq: number, ack: number, lengths?: number[]], ...frames: WireFrame[]];

/** Reads what an honest end has written. */
export function readWireBatch(data: Data): WireBatch {
  const [[seq, ack, lengths], ...frames] = JSON.parse(jsonOf(data)) as Items;
  const sizes = frames.map((frame, index) => JSON.stringify(frame).length + (lengths?.[index] ?? 0));
  let at = typeof data === "string" ? 0 : data.length - (lengths ?? []).reduce((sum, length) => sum + length, 0);
  const blobs = frames.map((_, index) => {
    const length = lengths?.[index] ?? 0;
    at += length;
    return typeof data === "string" ? new Uint8Array(0) : data.subarray(at - length, at);
  });
  return { seq, ack, frames, sizes, blobs };
}

/** A message for people: its JSON. */
export function jsonOf(data: Data): string {
  if (typeof data === "string") return data;
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0);
  return new TextDecoder().decode(data.subarray(4, 4 + length));
}

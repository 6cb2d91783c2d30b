/** A value's way to text and back, converted where its contract says so. Where it says nothing, this is one look. */
import { BlobReader, BlobWriter } from "../contract/wire/blob.js";
import type { Codec } from "../contract/wire/codec.js";
import { type Encoded, WithBlob } from "../protocol/blob.js";
import type { Limits } from "../protocol/limits.js";
import { encodeValue } from "../protocol/value.js";

/** Throws a `Mismatch` for what does not fit its contract, and what {@link encodeValue} throws. */
export function encodeWith(codec: Codec | undefined, value: unknown, limits: Pick<Limits, "jsonDepth">): Encoded {
  if (codec === undefined || value === undefined) return encodeValue(value, limits);
  const writer = new BlobWriter();
  const text = encodeValue(codec.encode(value, writer), limits);
  const blob = writer.take();
  return blob === undefined || text === undefined ? text : new WithBlob(text, blob);
}

/** Throws a `Mismatch` for what does not fit its contract. What is absent stays `undefined`. `limits`: for what a caller sent. */
export function decodeWith(
  codec: Codec | undefined,
  json: unknown,
  blob: Uint8Array | undefined,
  limits?: Pick<Limits, "numberKeys">,
): unknown {
  return codec === undefined || json === undefined
    ? json
    : codec.decode(json, new BlobReader(blob, limits?.numberKeys));
}

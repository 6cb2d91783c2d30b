/**
 * JSON and bytes in one: 4 bytes, big-endian, with the length of the JSON in UTF-8; the JSON; the bytes, to the end.
 *
 * @see PROTOCOL.md section 3.1
 */

/** Bytes before the JSON. */
export const ENVELOPE_BYTES = 4;

const encoder = new TextEncoder();
/** A byte order mark stays, and is no JSON. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface Envelope {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Puts JSON and blobs into one. */
export function seal(text: string, blobs: readonly Uint8Array[]): Uint8Array {
  const json = encoder.encode(text);
  let at = ENVELOPE_BYTES + json.length;
  const sealed = new Uint8Array(blobs.reduce((sum, blob) => sum + blob.length, at));
  new DataView(sealed.buffer).setUint32(0, json.length);
  sealed.set(json, ENVELOPE_BYTES);
  for (const blob of blobs) {
    sealed.set(blob, at);
    at += blob.length;
  }
  return sealed;
}

/** Takes them apart; the bytes are a view. Undefined for what is too short, or not UTF-8. */
export function unseal(sealed: Uint8Array): Envelope | undefined {
  if (sealed.length < ENVELOPE_BYTES) return undefined;
  const end = ENVELOPE_BYTES + new DataView(sealed.buffer, sealed.byteOffset).getUint32(0);
  if (end > sealed.length) return undefined;
  try {
    return { text: decoder.decode(sealed.subarray(ENVELOPE_BYTES, end)), bytes: sealed.subarray(end) };
  } catch {
    return undefined;
  }
}

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

/** All but the blobs, which follow it. */
export function opening(text: string): Uint8Array {
  // Encoded with room for the length before it, so that a large text is not copied once more.
  const bytes = encoder.encode(`\0\0\0\0${text}`);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length - ENVELOPE_BYTES);
  return bytes;
}

/** How long the JSON is, as the first {@link ENVELOPE_BYTES} of an envelope say. */
export const jsonBytes = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

/** JSON as text. Undefined for what is not UTF-8. */
export function decoded(json: Uint8Array): string | undefined {
  try {
    return decoder.decode(json);
  } catch {
    return undefined;
  }
}

/** Takes them apart; the bytes are a view. Undefined for what is too short, or not UTF-8. */
export function unseal(sealed: Uint8Array): Envelope | undefined {
  if (sealed.length < ENVELOPE_BYTES) return undefined;
  const end = ENVELOPE_BYTES + jsonBytes(sealed);
  if (end > sealed.length) return undefined;
  const text = decoded(sealed.subarray(ENVELOPE_BYTES, end));
  return text === undefined ? undefined : { text, bytes: sealed.subarray(end) };
}

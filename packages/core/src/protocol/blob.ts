/**
 * Text that speaks of bytes, and the bytes: what the contract calls bytes stands in the text as `[offset, length]`, counted
 * into the blob. A value without bytes is a string and nothing more, so that most of what travels pays nothing for this.
 *
 * Whoever makes a blob gives it away: it is kept for replay as it is, and must not change any more.
 *
 * @see PROTOCOL.md section 3.1
 */

/** A value, or a frame, with bytes. */
export class WithBlob {
  constructor(
    readonly text: string,
    readonly blob: Uint8Array,
  ) {}

  get blobBytes(): number {
    return this.blob.length;
  }

  /** What it takes: UTF-16 units of its text and bytes of its blob, counted alike. */
  get size(): number {
    return this.text.length + this.blob.length;
  }
}

/** A value as it travels; undefined for what JSON has no word for. */
export type Encoded = string | WithBlob | undefined;

/** A frame as it travels. */
export type EncodedFrame = string | WithBlob;

/** A message of the transport: text, or binary where frames have blobs. */
export type Data = string | Uint8Array;

/**
 * A message on its way out. A binary one is in pieces, which are kept for replay as they are: whoever sends them must
 * not change them, and whoever can write them one after the other need not put them together.
 */
export type Written = string | readonly Uint8Array[];

/** A message in one piece. */
export const whole = (message: Written): Data => (typeof message === "string" ? message : joined(message));

/** Bytes of all pieces. */
export const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** All pieces, one after the other, in memory of their own. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  // Memory that is filled at once is not cleared first.
  if (pieces.length === 1 && first !== undefined) return new Uint8Array(first);
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** What a frame takes, in UTF-16 units and bytes. */
export const frameSize = (frame: EncodedFrame): number => (typeof frame === "string" ? frame.length : frame.size);

/** A frame without its bytes. */
export const frameText = (frame: EncodedFrame): string => (typeof frame === "string" ? frame : frame.text);

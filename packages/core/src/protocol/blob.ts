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

/** What a frame takes, in UTF-16 units and bytes. */
export const frameSize = (frame: EncodedFrame): number => (typeof frame === "string" ? frame.length : frame.size);

/** A frame without its bytes. */
export const frameText = (frame: EncodedFrame): string => (typeof frame === "string" ? frame : frame.text);

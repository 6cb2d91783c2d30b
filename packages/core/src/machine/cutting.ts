/**
 * A large frame on its way out, cut into parts. It is kept once: its text as bytes, its blob as it was given, and every
 * part is a view into one of the two. How long a part is is decided when it goes.
 *
 * @see PROTOCOL.md section 4.2
 */
import { type EncodedFrame, frameText, type WithBlob } from "../protocol/blob.js";
import { partFrame } from "../protocol/encode.js";
import { opening } from "../protocol/envelope.js";

export class Cutting {
  /** Bytes of all parts together: what the receiver has to hold. */
  readonly total: number;
  readonly #id: number;
  /** What is left of the text, and the whole blob. */
  #head: Uint8Array;
  #blob: Uint8Array;

  constructor(id: number, frame: EncodedFrame) {
    this.#id = id;
    this.#head = opening(frameText(frame));
    this.#blob = typeof frame === "string" ? new Uint8Array(0) : frame.blob;
    this.total = this.left;
  }

  /** Bytes that have not gone yet. */
  get left(): number {
    return this.#head.length + this.#blob.length;
  }

  /** Whether these bytes are a view into it. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#head.buffer || bytes.buffer === this.#blob.buffer;
  }

  /** The next part, of at most so many bytes. There must be something left. */
  next(most: number): WithBlob {
    const { left } = this;
    const rest = this.#head.length > 0 ? this.#head : this.#blob;
    const piece = rest.subarray(0, most);
    if (this.#head.length > 0) this.#head = rest.subarray(piece.length);
    else this.#blob = rest.subarray(piece.length);
    return partFrame(this.#id, left, piece);
  }
}

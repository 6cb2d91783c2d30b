/**
 * What arrives in a session: how many frames have, what of large ones has, and when the other end must be told.
 *
 * An acknowledgement rides along with frames; alone it travels after so many frames, so much text, or so long, which is
 * less where there is more that the other end holds until then, or waits with. Who sends a large frame waits for
 * acknowledgements to go on, so for those it travels at once.
 *
 * @see PROTOCOL.md sections 4.2 and 5.1
 */
import { op, type PartFrame } from "../protocol/frame.js";
import type { Batch } from "../protocol/message.js";
import type { Joined } from "../protocol/parse-frame.js";
import { type Violation, violation } from "../protocol/violation.js";
import { Joining } from "./joining.js";
import { PART_BYTES } from "./pace.js";

const ACK_FRAMES = 256;
export const ACK_SIZE = 64 * 1024;
const ACK_DELAY_MS = 200;
/** So little costs the other end little to hold. */
const LITTLE_SIZE = 4 * 1024;
const LITTLE_DELAY_MS = 1_000;

export class Receiving {
  readonly #valueBytes: number;
  /** Made with the first part: most sessions see none. */
  #joining: Joining | undefined;
  #frames = 0;
  /** Up to which frame the other end was told, and what has arrived since. */
  #told = 0;
  #untoldSize = 0;
  #ackDue = Infinity;

  /** `valueBytes`: what frames that have not arrived whole may take together. */
  constructor(valueBytes: number) {
    this.#valueBytes = valueBytes;
  }

  /** How many frames have arrived. */
  get frames(): number {
    return this.#frames;
  }

  /** When an acknowledgement must go, with or without frames. */
  get ackDue(): number {
    return this.#ackDue;
  }

  /** What has arrived of large frames. */
  get joiningSize(): number {
    return this.#joining?.size ?? 0;
  }

  /** Large frames that have begun to arrive. */
  get joiningFrames(): number {
    return this.#joining?.length ?? 0;
  }

  /** Takes the numbers of a batch. `size`: of its message. */
  accept({ seq, frames }: Batch, size: number, now: number): Violation | undefined {
    if (seq !== this.#frames + 1) return violation("wrongSeq");
    if (frames.length === 0) {
      // Whoever can say nothing more before it is acknowledged asks for that.
      if (this.#frames > this.#told) this.#ackDue = now;
      return undefined;
    }
    this.#frames += frames.length;
    this.#untoldSize += size;
    const isAwaited = size > PART_BYTES || frames[frames.length - 1]!.op === op.part;
    const isMuch = this.#frames - this.#told >= ACK_FRAMES || this.#untoldSize >= ACK_SIZE;
    const delayMs = this.#untoldSize > LITTLE_SIZE ? ACK_DELAY_MS : LITTLE_DELAY_MS;
    this.#ackDue = Math.min(this.#ackDue, isAwaited || isMuch ? now : now + delayMs);
    return undefined;
  }

  /** The other end was told how many have arrived. */
  acknowledged(): void {
    this.#told = this.#frames;
    this.#untoldSize = 0;
    this.#ackDue = Infinity;
  }

  /** Takes a part of a large frame: the frame when this was the last. */
  join(part: PartFrame): Joined | Violation | undefined {
    this.#joining ??= new Joining(this.#valueBytes);
    return this.#joining.add(part);
  }

  /** Whether a large frame of this id has begun to arrive. */
  isJoining(id: number): boolean {
    return this.#joining?.has(id) ?? false;
  }

  /** What has arrived of a large frame of this id is not wanted any more. */
  decline(id: number): void {
    this.#joining?.drop(id);
  }

  /** Begins anew. */
  clear(): void {
    this.#frames = 0;
    this.acknowledged();
    this.#joining?.clear();
  }
}

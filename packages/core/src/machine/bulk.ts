/**
 * Large frames of ours that wait: in lanes, from which parts go as fast as the line takes them, between what is small.
 *
 * @see PROTOCOL.md section 4.2
 */
import { type EncodedFrame, frameSize } from "../protocol/blob.js";
import type { PeerLimits } from "../protocol/limits.js";
import type { Cutting } from "./cutting.js";
import { type Deferral, Lanes } from "./lanes.js";
import { Pace } from "./pace.js";
import { type Deferrable, FAIR_SIZE, type Mark, type Outbound } from "./scheduler.js";

/** No part is smaller, but the last, where there is room for a larger one soon. */
const LEAST_PIECE = 1024;
/** What stands around a part in its message, at most. */
export const PART_ENVELOPE = 128;

export interface BulkBounds {
  /** What may be sent beside what is held for replay. */
  readonly room: number;
  readonly peer: PeerLimits;
  /** Whether what is small and came before has gone. */
  hasPassed(mark: Mark): boolean;
}

export class Bulk<Deferred extends Deferrable> {
  readonly #lanes = new Lanes<Deferred>();
  readonly #pace: Pace;
  #taken = 0;
  /** What was small since the last of them. */
  #smallSize = 0;

  /** `most`: what parts may take of what is held for replay. */
  constructor(most: number) {
    this.#pace = new Pace(most);
  }

  /** What waits, and what is left of what has begun, in UTF-16 units and bytes. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Frames that have ever gone from here, each part counted. */
  get taken(): number {
    return this.#taken;
  }

  get isEmpty(): boolean {
    return this.#lanes.isEmpty;
  }

  /** Whether something waits that the line takes now. */
  get isDue(): boolean {
    return !this.#lanes.isEmpty && this.#pace.isOpen;
  }

  /** Whether what is small has gone before for long enough. */
  get isItsTurn(): boolean {
    return this.#smallSize >= FAIR_SIZE;
  }

  has(key: number | Deferred): boolean {
    return this.#lanes.has(key);
  }

  /** Whether what opens a call, of this id, has begun to go and has not gone. */
  isOpening(id: number): boolean {
    return this.#lanes.isOpening(id);
  }

  /** `behind`: after what is small and waits. */
  push(key: number | Deferred, outbound: Outbound<Deferred>, behind?: Mark): void {
    this.#lanes.push(key, outbound, behind);
  }

  /** Returns the frame of which some has gone. */
  drop(key: number | Deferred): Cutting | undefined {
    return this.#lanes.drop(key);
  }

  /** Something small went before. */
  passed(size: number): void {
    this.#smallSize += size;
  }

  /** The next frame, where one may go. Who takes it says when it is {@link sent}. */
  next({ room, peer, hasPassed }: BulkBounds, deferral: Deferral<Deferred>): EncodedFrame | undefined {
    const most = peer.messageBytes - PART_ENVELOPE;
    if (!this.#pace.isOpen || room < Math.min(LEAST_PIECE, most)) return undefined;
    const pieceBytes = Math.min(this.#pace.partBytes, most, room);
    const wholeBytes = Math.min(pieceBytes, textRoom(peer.messageBytes));
    const frame = this.#lanes.next({ pieceBytes, wholeBytes, valueBytes: peer.valueBytes, hasPassed }, deferral);
    if (frame === undefined) return undefined;
    this.#taken++;
    this.#smallSize = 0;
    return frame;
  }

  /** What came from here went as the frame of this number. `now`: NaN where it is small, and tells nothing of the line. */
  sent(number: number, frame: EncodedFrame, now: number): void {
    this.#pace.sent(number, frameSize(frame), now);
  }

  /** The first `count` frames of the session have arrived. */
  acknowledged(count: number, now: number): void {
    this.#pace.acknowledged(count, now);
  }

  /** Another transport, on which the first `count` frames need not go. */
  attached(count: number): void {
    this.#pace.restart();
    this.#pace.acknowledged(count, 0);
  }

  /** Returns what waited and is not a frame yet. */
  clear(): Deferred[] {
    this.#pace.clear();
    return this.#lanes.clear();
  }
}

/** So many UTF-16 units fit into a message in any case: one takes at most 3 bytes of UTF-8, and the envelope is small. */
export const textRoom = (messageBytes: number) => messageBytes / 3 - 64;

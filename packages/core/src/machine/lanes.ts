/**
 * Large frames that wait to be sent: a lane for each call or stream, which keeps its order, and a part of each in turn, so
 * that none holds up another. What follows a large frame of the same id waits behind it.
 *
 * Parts of different frames may be under way at the same time as long as their totals together are what the other end
 * takes; others wait. A frame that alone is more than that must not come here.
 *
 * @see PROTOCOL.md section 4.2
 */
import { type EncodedFrame, frameSize } from "../protocol/blob.js";
import { Cutting } from "./cutting.js";
import { type Deferrable, isFrame, type Mark, type Outbound, sizeOf } from "./scheduler.js";

/** What becomes a frame when its turn comes: undefined if it is not wanted any more. */
export interface Deferral<Deferred> {
  /** `inParts`: only its first part goes now. */
  render(deferred: Deferred, inParts: boolean): EncodedFrame | undefined;
  /** Its last part goes. */
  departed(deferred: Deferred): void;
}

export interface PartBounds {
  /** Of one part. */
  readonly pieceBytes: number;
  /** Of a frame that goes whole; not above `pieceBytes`. */
  readonly wholeBytes: number;
  /** Of all frames whose parts are under way. */
  readonly valueBytes: number;
  /** Whether what is small and came before has gone. */
  hasPassed(mark: Mark): boolean;
}

interface Lane<Deferred> {
  /** What is small and came before: some of it may be of the same id, and goes first. Undefined once it has gone. */
  behind: Mark | undefined;
  /** The large frame at its front, once its first part has gone. */
  cutting: Cutting | undefined;
  /** What that frame was before. */
  source: Deferred | undefined;
  readonly waiting: Outbound<Deferred>[];
}

export class Lanes<Deferred extends Deferrable> {
  /** By id; by what will become a frame, as long as it has no id. The one whose turn it is comes first. */
  readonly #lanes = new Map<number | Deferred, Lane<Deferred>>();
  /** Totals of the frames whose first part has gone. */
  #begun = 0;
  #size = 0;

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** What waits, in UTF-16 units and bytes. */
  get size(): number {
    return this.#size;
  }

  has(key: number | Deferred): boolean {
    return this.#lanes.size > 0 && this.#lanes.has(key);
  }

  /** Whether what opens a call, of this id, has begun to go and has not gone. */
  isOpening(id: number): boolean {
    return this.#lanes.get(id)?.source !== undefined;
  }

  /** `behind`: after what is small and waits. */
  push(key: number | Deferred, outbound: Outbound<Deferred>, behind?: Mark): void {
    const lane = this.#lanes.get(key);
    if (lane !== undefined) lane.waiting.push(outbound);
    else this.#lanes.set(key, { behind, cutting: undefined, source: undefined, waiting: [outbound] });
    this.#size += sizeOf(outbound);
  }

  /** Nobody wants it any more: what has not gone does not go. Returns the frame of which some has. */
  drop(key: number | Deferred): Cutting | undefined {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return undefined;
    this.#lanes.delete(key);
    this.#begun -= lane.cutting?.total ?? 0;
    this.#size -= lane.cutting?.left ?? 0;
    for (const outbound of lane.waiting) this.#size -= sizeOf(outbound);
    return lane.cutting;
  }

  clear(): Deferred[] {
    const deferred = [...this.#lanes.values()].flatMap(({ waiting }) =>
      waiting.filter((outbound): outbound is Deferred => !isFrame(outbound)),
    );
    this.#lanes.clear();
    this.#begun = 0;
    this.#size = 0;
    return deferred;
  }

  /** The next frame: a part, or a whole one that has waited behind parts. Undefined where nothing may go. */
  next(bounds: PartBounds, deferral: Deferral<Deferred>): EncodedFrame | undefined {
    for (const [key, lane] of [...this.#lanes]) {
      const frame = this.#from(key, lane, bounds, deferral);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  #from(
    key: number | Deferred,
    lane: Lane<Deferred>,
    bounds: PartBounds,
    deferral: Deferral<Deferred>,
  ): EncodedFrame | undefined {
    if (lane.cutting !== undefined) return this.#part(key, lane, bounds, deferral);
    if (lane.behind !== undefined && !bounds.hasPassed(lane.behind)) return undefined;
    lane.behind = undefined;
    const [first] = lane.waiting;
    if (first === undefined || !this.#mayBegin(first, bounds)) return undefined;
    lane.waiting.shift();
    this.#size -= sizeOf(first);
    const deferred = isFrame(first) ? undefined : first;
    const frame = isFrame(first) ? first : deferral.render(first, true);
    const id = deferred?.id ?? key;
    if (frame === undefined || typeof id !== "number" || frameSize(frame) <= bounds.wholeBytes) {
      if (frame !== undefined && deferred !== undefined) deferral.departed(deferred);
      this.#turn(key, id, lane);
      return frame;
    }
    lane.cutting = new Cutting(id, frame);
    lane.source = deferred;
    this.#begun += lane.cutting.total;
    this.#size += lane.cutting.left;
    this.#turn(key, id, lane);
    return this.#part(id, lane, bounds, deferral);
  }

  #part(key: number | Deferred, lane: Lane<Deferred>, bounds: PartBounds, deferral: Deferral<Deferred>): EncodedFrame {
    const cutting = lane.cutting!;
    const part = cutting.next(bounds.pieceBytes);
    this.#size -= part.blob.length;
    if (cutting.left === 0) {
      this.#begun -= cutting.total;
      lane.cutting = undefined;
      if (lane.source !== undefined) deferral.departed(lane.source);
      lane.source = undefined;
    }
    this.#turn(key, key, lane);
    return part;
  }

  /** The next lane comes first now; one that has nothing left is gone. */
  #turn(before: number | Deferred, key: number | Deferred, lane: Lane<Deferred>): void {
    this.#lanes.delete(before);
    if (lane.cutting !== undefined || lane.waiting.length > 0) this.#lanes.set(key, lane);
  }

  /** Whether the other end has room for it beside what it has begun to receive. UTF-8 takes 3 bytes a unit at most. */
  #mayBegin(outbound: Outbound<Deferred>, { wholeBytes, valueBytes }: PartBounds): boolean {
    if (this.#begun === 0 || sizeOf(outbound) <= wholeBytes) return true;
    const blobBytes = typeof outbound === "string" ? 0 : outbound.blobBytes;
    return this.#begun + (sizeOf(outbound) - blobBytes) * 3 + blobBytes + 4 <= valueBytes;
  }
}

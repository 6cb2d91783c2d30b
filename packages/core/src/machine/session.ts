/**
 * A session: numbered frames in both directions, which outlive the transports that carry them.
 *
 *   state     | attach            | detach   | accept             | write                         | end
 *   ----------|-------------------|----------|--------------------|-------------------------------|------
 *   detached  | attached, replay  | –        | –                  | nothing                       | ended
 *   attached  | attached, replay  | detached | received grows     | replay, then new, then an ack | ended
 *   ended     | –                 | –        | –                  | nothing                       | ended
 *
 * Attaching is a takeover: each transport has a generation, and the conversation ignores what an older one, or one that
 * is gone, still brings: `accept` is only called while attached, and nothing but `write` after the end. There is no
 * separate resume: the other end says what it has, that much is forgotten, the rest is written.
 *
 * Invariants: `acknowledged ≤ cursor - 1 ≤ sent`; frames leave in the order of their numbers; the outbox holds at most
 * `replayBytes`, or one frame that is larger. What is large waits in lanes and goes in parts, between what is small.
 *
 * @see PROTOCOL.md section 5.1
 */
import { type EncodedFrame, frameSize, type Written } from "../protocol/blob.js";
import { cancelFrame, batch as encodeBatch } from "../protocol/encode.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import type { Batch } from "../protocol/message.js";
import { type Violation, violation } from "../protocol/violation.js";
import { Bulk, PART_ENVELOPE, textRoom } from "./bulk.js";
import { Outbox } from "./outbox.js";
import { PART_BYTES } from "./pace.js";
import { ACK_SIZE, Receiving } from "./receiving.js";
import type { Deferrable, Mark, Outbound, Priority } from "./scheduler.js";
import { isFrame, Scheduler, sizeOf } from "./scheduler.js";

export type SessionState =
  | { readonly name: "detached" }
  | { readonly name: "attached"; readonly generation: number; readonly congested: boolean }
  | { readonly name: "ended" };

/** How what waits as something else becomes a frame: undefined if it is not wanted any more. */
export interface Deferral<Deferred> {
  /** `inParts`: only the first of its parts goes now. */
  render(deferred: Deferred, now: number, inParts: boolean): EncodedFrame | undefined;
  /** The last of its parts goes. */
  departed(deferred: Deferred): void;
}

/** Batches stay near this size, so that the other end can begin while more is on its way. */
const BATCH_SIZE = 64 * 1024;
export class Session<Deferred extends Deferrable> {
  #state: SessionState = { name: "detached" };
  readonly #outbox = new Outbox();
  readonly #waiting = new Scheduler<Deferred>();
  readonly #limits: Pick<Limits, "replayBytes" | "valueBytes">;
  readonly #deferral: Deferral<Deferred>;
  /** What the other end says. */
  readonly receiving: Receiving;
  /** Made with the first large frame: most sessions see none. */
  #bulk: Bulk<Deferred> | undefined;
  /** What is larger is large: it waits in a lane. */
  #smallBytes = PART_BYTES;
  #peer: PeerLimits | undefined;
  /** Number of the next frame to write on this transport. */
  #cursor = 1;
  /** Whether the other end was asked to acknowledge what there is no room beside, and has not. */
  #hasAsked = false;

  constructor(limits: Pick<Limits, "replayBytes" | "valueBytes">, deferral: Deferral<Deferred>) {
    this.#limits = limits;
    this.#deferral = deferral;
    this.receiving = new Receiving(limits.valueBytes);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** What the other end takes, since the first transport. */
  get peer(): PeerLimits | undefined {
    return this.#peer;
  }

  /** What is small and waits to be sent for the first time: how many frames, and their size; and how many have waited before. */
  get backlog(): { readonly length: number; readonly size: number; readonly taken: number } {
    return this.#waiting;
  }

  /** Large frames that wait to be sent, and what is left of those that have begun. */
  get bulkSize(): number {
    return this.#bulk?.size ?? 0;
  }

  /** Frames that have ever gone, parts of large ones among them; what is repeated counts once. */
  get taken(): number {
    return this.#waiting.taken + (this.#bulk?.taken ?? 0);
  }

  /** Sent frames held for replay, in UTF-16 units and bytes. */
  get replaySize(): number {
    return this.#outbox.size;
  }

  /** No frame that was given so far has a higher number than this, or will have. */
  get said(): number {
    return this.#outbox.sent + this.#waiting.length;
  }

  /** Up to which number the other end is known to have our frames. */
  get heard(): number {
    return this.#outbox.acknowledged;
  }

  /** Whether a frame given now would be written in this turn. */
  get writable(): boolean {
    return this.#state.name === "attached" && !this.#state.congested && !this.#windowClosed;
  }

  /** Whether all that was ever sent was sent on this transport too, and it takes more: what is not numbered may follow. */
  get flows(): boolean {
    return this.#state.name === "attached" && !this.#state.congested && this.#cursor > this.#outbox.sent;
  }

  /** Whether {@link write} has something to write. */
  due(now: number): boolean {
    if (this.#state.name !== "attached" || this.#state.congested) return false;
    if (this.#cursor <= this.#outbox.sent || now >= this.receiving.ackDue) return true;
    if (this.#windowClosed && !this.#mayAsk) return false;
    return this.#waiting.length > 0 || (this.#bulk?.isDue ?? false);
  }

  /** When an acknowledgement must go, with or without frames. */
  get deadline(): number {
    return this.#state.name === "attached" && !this.#state.congested ? this.receiving.ackDue : Infinity;
  }

  /** `id`: of its call or stream, whose frames keep their order as long as all have its priority. */
  push(outbound: Outbound<Deferred>, id = 0, priority: Priority = "normal"): void {
    const key = isFrame(outbound) || id !== 0 ? id : outbound;
    const isBulk = priority === "low" || sizeOf(outbound) > this.#smallBytes || this.#bulk?.has(key);
    if (!isBulk && priority === "high") return this.#waiting.pushUrgent(outbound);
    if (!isBulk) return this.#waiting.push(outbound);
    // The rest of what is held for replay is for what is small.
    this.#bulk ??= new Bulk(this.#limits.replayBytes * 0.75);
    // What becomes a call has nothing of its own before it.
    this.#bulk.push(key, outbound, typeof key === "number" ? this.#waiting.mark() : undefined);
  }

  /** What lets the other end work or stop overtakes everything but the opening of its own call. */
  pushUrgent(frame: string, id = 0): void {
    if (this.#bulk?.isOpening(id)) this.#bulk.push(id, frame);
    else this.#waiting.pushUrgent(frame);
  }

  /** Nothing more is said for this id, and nothing more is wanted. */
  cancel(id: number): void {
    this.withdraw(id);
    this.decline(id);
    this.#waiting.pushUrgent(cancelFrame(id));
  }

  /** What is large and waits for this id, or was to become a frame, is not wanted any more. */
  withdraw(key: number | Deferred): void {
    const begun = this.#bulk?.drop(key);
    if (begun !== undefined) this.#outbox.keepApart(begun);
  }

  /** Whether something large of this id has not left whole. */
  isSending(id: number): boolean {
    return this.#bulk?.has(id) ?? false;
  }

  /** What has arrived of a large frame of this id is not wanted any more. */
  decline(id: number): void {
    this.receiving.decline(id);
  }

  /** A transport is ready. `received`: how many of our frames the other end has. */
  attach(generation: number, received: number, peer: PeerLimits): Violation | undefined {
    if (received < this.#outbox.acknowledged || !this.#outbox.acknowledge(received)) {
      return violation("wrongReceived");
    }
    this.#bulk?.attached(received);
    this.#state = { name: "attached", generation, congested: false };
    this.#peer = peer;
    this.#smallBytes = Math.min(PART_BYTES, peer.messageBytes - PART_ENVELOPE);
    this.#cursor = received + 1;
    this.#hasAsked = false;
    this.receiving.acknowledged();
    return undefined;
  }

  detach(): void {
    if (this.#state.name === "attached") this.#state = { name: "detached" };
  }

  end(): void {
    this.#state = { name: "ended" };
    this.clear();
  }

  /** Begins anew, detached: the other end knows nothing. Returns what was waiting and is not a frame yet. */
  clear(): Deferred[] {
    this.detach();
    this.#outbox.clear();
    this.receiving.clear();
    return [...this.#waiting.clear(), ...(this.#bulk?.clear() ?? [])];
  }

  /** The transport took, or could not yet pass on, what was written. */
  congest(congested: boolean): void {
    if (this.#state.name === "attached") this.#state = { ...this.#state, congested };
  }

  /** Takes the numbers of a batch; its frames may then be acted upon. `size`: of its message. */
  accept(batch: Batch, size: number, now: number): Violation | undefined {
    const wrong = this.receiving.accept(batch, size, now);
    if (wrong !== undefined) return wrong;
    if (batch.ack > this.#outbox.acknowledged) this.#hasAsked = false;
    if (batch.ack >= this.#cursor || !this.#outbox.acknowledge(batch.ack)) {
      return violation("wrongAck");
    }
    this.#bulk?.acknowledged(batch.ack, now);
    return undefined;
  }

  /** The next message to write on this transport, if there is one. `beat`: write one in any case. */
  write(now: number, beat = false): Written | undefined {
    if (this.#state.name !== "attached" || this.#state.congested || !(beat || this.due(now))) return undefined;
    const frames = this.#cursor <= this.#outbox.sent ? this.#repeat() : this.#fresh(now);
    if (frames.length === 0) {
      if (!beat && now < this.receiving.ackDue && !this.#mayAsk) return undefined;
      this.#hasAsked = true;
    }
    const message = encodeBatch(this.#cursor, this.receiving.frames, frames);
    this.#cursor += frames.length;
    this.receiving.acknowledged();
    return message;
  }

  /** Where there is little room, the other end acknowledges later than it is used up, unless it is asked. */
  get #mayAsk(): boolean {
    return !this.#hasAsked && this.#limits.replayBytes < 2 * ACK_SIZE && this.#outbox.size > 0;
  }

  get #windowClosed(): boolean {
    return this.#outbox.size >= this.#limits.replayBytes;
  }

  get #batchBounds(): { readonly frames: number; readonly size: number } {
    const { batchFrames = 1, messageBytes = BATCH_SIZE } = this.#peer ?? {};
    return { frames: batchFrames, size: Math.min(BATCH_SIZE, textRoom(messageBytes)) };
  }

  /** Frames the last transport may have lost. */
  #repeat(): EncodedFrame[] {
    const bounds = this.#batchBounds;
    const frames: EncodedFrame[] = [];
    let room = bounds.size;
    for (let number = this.#cursor; number <= this.#outbox.sent && frames.length < bounds.frames; number++) {
      const frame = this.#outbox.at(number);
      room -= frameSize(frame) + 1;
      if (room < 0 && frames.length > 0) break;
      frames.push(frame);
    }
    return frames;
  }

  /** What is small goes first, but never for ever. */
  #fresh(now: number): EncodedFrame[] {
    const bulk = this.#bulk;
    if (bulk === undefined || bulk.isEmpty) return this.#small(now);
    const small = bulk.isItsTurn ? [] : this.#small(now);
    for (const frame of small) bulk.passed(frameSize(frame));
    if (small.length > 0) return small;
    const part = this.#part(bulk, now);
    return part === undefined ? this.#small(now) : [part];
  }

  #part(bulk: Bulk<Deferred>, now: number): EncodedFrame | undefined {
    const room = this.#outbox.size === 0 ? Infinity : this.#limits.replayBytes - this.#outbox.size - PART_ENVELOPE;
    const bounds = { room, peer: this.#peer!, hasPassed: (mark: Mark) => this.#waiting.hasPassed(mark) };
    const frame = bulk.next(bounds, {
      render: (deferred, inParts) => this.#deferral.render(deferred, now, inParts),
      departed: (deferred) => this.#deferral.departed(deferred),
    });
    if (frame === undefined) return undefined;
    this.#outbox.push(frame);
    // What is small is acknowledged later, which tells nothing of the line.
    bulk.sent(this.#outbox.sent, frame, frameSize(frame) > this.#smallBytes ? now : Number.NaN);
    return frame;
  }

  #small(now: number): EncodedFrame[] {
    const bounds = this.#batchBounds;
    const frames: EncodedFrame[] = [];
    // What was dropped while it waited leaves an empty batch behind: then the next one.
    while (frames.length === 0 && this.#waiting.length > 0 && !this.#windowClosed) {
      const room = this.#limits.replayBytes - this.#outbox.size;
      const largest = this.#outbox.size === 0 ? Infinity : room;
      const taken = this.#waiting.take({ frames: bounds.frames, size: Math.min(bounds.size, room), largest });
      if (taken.length === 0) break;
      for (const outbound of taken) {
        const frame = isFrame(outbound) ? outbound : this.#deferral.render(outbound, now, false);
        if (frame === undefined) continue;
        this.#outbox.push(frame);
        frames.push(frame);
      }
    }
    return frames;
  }
}

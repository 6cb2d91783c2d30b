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
 * `replayBytes`, or one frame that is larger.
 *
 * @see PROTOCOL.md section 5.1
 */
import { type Data, type EncodedFrame, frameSize } from "../protocol/blob.js";
import { batch as encodeBatch } from "../protocol/encode.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import type { Batch } from "../protocol/message.js";
import type { Violation } from "../protocol/parse.js";
import { violation } from "../protocol/parse.js";
import { Outbox } from "./outbox.js";
import type { Outbound, Weighed } from "./scheduler.js";
import { isFrame, Scheduler } from "./scheduler.js";

export type SessionState =
  | { readonly name: "detached" }
  | { readonly name: "attached"; readonly generation: number; readonly congested: boolean }
  | { readonly name: "ended" };

/** How frames that wait as something else become frames: undefined if they are not wanted any more. */
export type Render<Deferred> = (deferred: Deferred, now: number) => EncodedFrame | undefined;

/** Batches stay near this size, so that the other end can begin while more is on its way. */
const BATCH_SIZE = 64 * 1024;
/** An acknowledgement rides along with frames; alone it travels after so many frames, so much text, or so long. */
const ACK_FRAMES = 256;
const ACK_SIZE = 128 * 1024;
const ACK_DELAY_MS = 200;

export class Session<Deferred extends Weighed> {
  #state: SessionState = { name: "detached" };
  readonly #outbox = new Outbox();
  readonly #waiting = new Scheduler<Deferred>();
  readonly #replayBytes: number;
  readonly #render: Render<Deferred>;
  #peer: Pick<PeerLimits, "batchFrames" | "messageBytes"> | undefined;
  /** Number of the next frame to write on this transport. */
  #cursor = 1;
  /** Number up to which frames have arrived here, and up to which the other end was told. */
  #received = 0;
  #told = 0;
  #receivedSize = 0;
  #ackDue = Infinity;

  constructor(limits: Pick<Limits, "replayBytes">, render: Render<Deferred>) {
    this.#replayBytes = limits.replayBytes;
    this.#render = render;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** How many frames of the other end have arrived: what hello and welcome carry. */
  get received(): number {
    return this.#received;
  }

  /** Frames that wait to be sent for the first time: how many, and their size; and how many have waited before. */
  get backlog(): { readonly length: number; readonly size: number; readonly taken: number } {
    return this.#waiting;
  }

  /** Sent frames held for replay, in UTF-16 units and bytes. */
  get replaySize(): number {
    return this.#outbox.size;
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
    if (this.#cursor <= this.#outbox.sent || now >= this.#ackDue) return true;
    return this.#waiting.length > 0 && !this.#windowClosed;
  }

  /** When an acknowledgement must go, with or without frames. */
  get deadline(): number {
    return this.#state.name === "attached" && !this.#state.congested ? this.#ackDue : Infinity;
  }

  push(frame: Outbound<Deferred>): void {
    this.#waiting.push(frame);
  }

  pushUrgent(frame: string): void {
    this.#waiting.pushUrgent(frame);
  }

  /** A transport is ready. `received`: how many of our frames the other end has. */
  attach(generation: number, received: number, peer: PeerLimits): Violation | undefined {
    if (received < this.#outbox.acknowledged || !this.#outbox.acknowledge(received)) {
      return violation("`received` is not between what was acknowledged and what was sent (§5.1)");
    }
    this.#state = { name: "attached", generation, congested: false };
    this.#peer = peer;
    this.#cursor = received + 1;
    this.#told = this.#received;
    this.#ackDue = Infinity;
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
    this.#received = 0;
    this.#receivedSize = 0;
    return this.#waiting.clear();
  }

  /** The transport took, or could not yet pass on, what was written. */
  congest(congested: boolean): void {
    if (this.#state.name === "attached") this.#state = { ...this.#state, congested };
  }

  /** Takes the numbers of a batch; its frames may then be acted upon. `size`: of its message. */
  accept(batch: Batch, size: number, now: number): Violation | undefined {
    if (batch.seq !== this.#received + 1) return violation("seq is not the number of the next frame (§5.1)");
    if (batch.ack >= this.#cursor || !this.#outbox.acknowledge(batch.ack)) {
      return violation("ack of frames that were never sent (§5.1)");
    }
    if (batch.frames.length > 0) {
      this.#received += batch.frames.length;
      this.#receivedSize += size;
      if (this.#received - this.#told >= ACK_FRAMES || this.#receivedSize >= ACK_SIZE) this.#ackDue = now;
      else if (this.#ackDue === Infinity) this.#ackDue = now + ACK_DELAY_MS;
    }
    return undefined;
  }

  /** The next message to write on this transport, if there is one. `beat`: write one in any case. */
  write(now: number, beat = false): Data | undefined {
    if (this.#state.name !== "attached" || this.#state.congested) return undefined;
    const frames = this.#cursor <= this.#outbox.sent ? this.#repeat() : this.#fresh(now);
    if (frames.length === 0 && !beat && now < this.#ackDue) return undefined;
    const message = encodeBatch(this.#cursor, this.#received, frames);
    this.#cursor += frames.length;
    this.#told = this.#received;
    this.#receivedSize = 0;
    this.#ackDue = Infinity;
    return message;
  }

  get #windowClosed(): boolean {
    return this.#outbox.size >= this.#replayBytes;
  }

  get #batchBounds(): { readonly frames: number; readonly size: number } {
    const { batchFrames = 1, messageBytes = BATCH_SIZE } = this.#peer ?? {};
    // A UTF-16 unit takes at most 3 bytes of UTF-8; the envelope is small.
    return { frames: batchFrames, size: Math.min(BATCH_SIZE, messageBytes / 3) - 64 };
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

  #fresh(now: number): EncodedFrame[] {
    const bounds = this.#batchBounds;
    const frames: EncodedFrame[] = [];
    // What was dropped while it waited leaves an empty batch behind: then the next one.
    while (frames.length === 0 && this.#waiting.length > 0 && !this.#windowClosed) {
      const room = this.#replayBytes - this.#outbox.size;
      const largest = this.#outbox.size === 0 ? Infinity : room;
      const taken = this.#waiting.take({ frames: bounds.frames, size: Math.min(bounds.size, room), largest });
      if (taken.length === 0) break;
      for (const outbound of taken) {
        const frame = isFrame(outbound) ? outbound : this.#render(outbound, now);
        if (frame === undefined) continue;
        this.#outbox.push(frame);
        frames.push(frame);
      }
    }
    return frames;
  }
}

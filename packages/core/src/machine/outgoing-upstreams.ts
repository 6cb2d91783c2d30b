/**
 * The upstreams of the calls this end has made. A source is never pushed: it is asked for its next item only when its call
 * has been written, there is credit, and little waits to be sent. So a slow handler, or a cut, stops the source.
 *
 *   state   | call is written | credit and room | item                       | end          | fault         | cancel, call settles
 *   --------|-----------------|-----------------|----------------------------|--------------|---------------|---------------------
 *   idle    | paused          | –               | –                          | –            | –             | closed
 *   paused  | –               | reading, read   | –                          | –            | –             | closed, stop
 *   reading | –               | –               | paused, frame; else: held  | closed, frame| closed, frame | closed, stop
 *   held    | –               | paused, frame   | –                          | –            | –             | closed, stop
 *   closed  | –               | –               | –                          | –            | –             | –
 *
 * `held`: the item does not fit what credit is left. There is at most one such item per call. An upstream has one of the
 * other end's `upstreams` slots from when its call is queued until that has settled.
 *
 * @see PROTOCOL.md section 5.6
 */
import type { StandardCode } from "../error/codes.js";
import { type Encoded, type EncodedFrame, frameSize, frameText } from "../protocol/blob.js";
import { endFrame, errorFrame, eventFrame } from "../protocol/encode.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import { exceedsBytes } from "../protocol/text.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { Session } from "./session.js";
import { itemSize, largestItem, UpstreamBalance } from "./upstream.js";

/** `read`: get one item from the call's source. `stop`: no more of it is wanted, close it. */
export type OutgoingUpstreamEffect<Sink> =
  | { readonly type: "read"; readonly call: OutgoingCall<Sink> }
  | { readonly type: "stop"; readonly call: OutgoingCall<Sink> };

/** From the source of an upstream, after a `read`: an item, its end, or that it has failed. */
export type SourceInput<Sink> =
  | { readonly type: "supply"; readonly call: OutgoingCall<Sink>; readonly value: Encoded }
  | { readonly type: "exhausted"; readonly call: OutgoingCall<Sink> }
  | { readonly type: "fault"; readonly call: OutgoingCall<Sink> };

/** Settles a call whose upstream is of no use to the other end. */
type Fail<Sink> = (
  call: OutgoingCall<Sink>,
  code: StandardCode,
  told: { readonly message: string; readonly retryable: false },
) => void;

/** What the other end is told of a source that failed, and all that leaves of it. */
const SOURCE_FAILED = { code: "ABORTED", message: "the caller's source failed" } as const;

export interface OutgoingUpstreamsContext<Sink> {
  readonly session: Pick<Session<never>, "push" | "pushUrgent" | "withdraw" | "backlog">;
  readonly limits: Pick<Limits, "outboundSoftBytes">;
  emit(effect: OutgoingUpstreamEffect<Sink>): void;
}

export class OutgoingUpstreams<Sink> {
  readonly #context: OutgoingUpstreamsContext<Sink>;
  readonly #fail: Fail<Sink>;
  /** Calls that hold a slot. Others are another conversation's, or have settled. */
  readonly #slots = new Set<OutgoingCall<Sink>>();
  /** Those whose source has credit and waits for room. */
  readonly #stalled = new Set<OutgoingCall<Sink>>();
  #peer: Pick<PeerLimits, "messageBytes" | "valueBytes" | "upstreamBytes" | "upstreams"> | undefined;

  constructor(context: OutgoingUpstreamsContext<Sink>, fail: Fail<Sink>) {
    this.#context = context;
    this.#fail = fail;
  }

  attached(peer: PeerLimits): void {
    this.#peer = peer;
  }

  /** Whether the other end takes one more. */
  get hasSlot(): boolean {
    return this.#peer !== undefined && this.#slots.size < this.#peer.upstreams;
  }

  /** The call will be written. */
  reserve(call: OutgoingCall<Sink>): void {
    if (call.upstream !== undefined) this.#slots.add(call);
  }

  /** The call is being written. Its source is asked once that is done. */
  begin(call: OutgoingCall<Sink>): void {
    const { upstream } = call;
    if (upstream === undefined || this.#peer === undefined) return;
    upstream.state = { name: "paused", balance: new UpstreamBalance(this.#peer.upstreamBytes) };
    this.#stalled.add(call);
  }

  tell(input: SourceInput<Sink>): void {
    if (input.type === "supply") this.supply(input.call, input.value);
    else if (input.type === "exhausted") this.exhausted(input.call);
    else this.fault(input.call);
  }

  /** The source has the item it was asked for. */
  supply(call: OutgoingCall<Sink>, value: Encoded): void {
    const reading = this.#reading(call);
    if (reading === undefined) return;
    const frame = eventFrame(reading.id, undefined, value);
    const size = itemSize(value);
    const limit = this.#tooLarge(frame, size);
    if (limit !== undefined) {
      const message = `an item of the upstream is too large (limits.${limit})`;
      return this.#breakOff(call, reading.id, "RESOURCE_EXHAUSTED", message);
    }
    reading.upstream.state = { name: "held", balance: reading.balance, frame, size };
    this.#goOn(call);
  }

  /** The source is complete. */
  exhausted(call: OutgoingCall<Sink>): void {
    const reading = this.#reading(call);
    if (reading === undefined) return;
    reading.upstream.state = { name: "closed" };
    this.#context.session.push(endFrame(reading.id), reading.id, call.priority);
  }

  /** The source has failed: its call is of no use any more. */
  fault(call: OutgoingCall<Sink>): void {
    const reading = this.#reading(call);
    if (reading === undefined) return;
    reading.upstream.state = { name: "closed" };
    this.#breakOff(call, reading.id, "ABORTED", "the source of the upstream failed");
  }

  /** The answerer takes more. */
  credit(call: OutgoingCall<Sink>, limit: number): Violation | undefined {
    const state = call.upstream?.state;
    if (state === undefined || state.name === "idle" || state.name === "closed") return undefined;
    if (!state.balance.raise(limit, this.#peer?.upstreamBytes ?? 0)) {
      return violation("tooManyBytesOfCredit");
    }
    this.#goOn(call);
    return undefined;
  }

  /** There may be room again: sources that waited for it go on, in the order they stalled. */
  resume(): void {
    for (const call of this.#stalled) {
      if (!this.#hasRoom) return;
      this.#stalled.delete(call);
      this.#goOn(call);
    }
  }

  /** No more of its items are wanted; its slot stays taken. */
  stop(call: OutgoingCall<Sink>): void {
    const { upstream } = call;
    if (upstream === undefined || upstream.state.name === "closed") return;
    const wasOpen = upstream.state.name !== "idle";
    upstream.state = { name: "closed" };
    this.#stalled.delete(call);
    if (wasOpen) this.#context.emit({ type: "stop", call });
  }

  /** The call has settled. */
  close(call: OutgoingCall<Sink>): void {
    if (call.upstream === undefined) return;
    this.stop(call);
    this.#slots.delete(call);
  }

  /** The call is written anew, here or elsewhere: nothing was read. */
  rewind(call: OutgoingCall<Sink>): void {
    if (call.upstream === undefined) return;
    call.upstream.state = { name: "idle" };
    this.#stalled.delete(call);
    this.#slots.delete(call);
  }

  get #hasRoom(): boolean {
    return this.#context.session.backlog.size < this.#context.limits.outboundSoftBytes;
  }

  /** Undefined where nothing was asked of the source, or nobody wants it any more. */
  #reading(call: OutgoingCall<Sink>) {
    const { state, upstream } = call;
    if (upstream?.state.name !== "reading" || state.name !== "sent" || !this.#slots.has(call)) return undefined;
    return { upstream, id: state.id, balance: upstream.state.balance };
  }

  #breakOff(call: OutgoingCall<Sink>, id: number, code: StandardCode, message: string): void {
    // Goes before items that wait: nobody wants them any more.
    this.#context.session.withdraw(id);
    this.#context.session.pushUrgent(errorFrame(id, SOURCE_FAILED));
    this.#fail(call, code, { message, retryable: false });
  }

  /** What of the other end's limits an item is above. */
  #tooLarge(frame: EncodedFrame, size: number): "upstreamBytes" | "messageBytes" | "valueBytes" | undefined {
    const { upstreamBytes = 0, messageBytes = 0, valueBytes = 0 } = this.#peer ?? {};
    const text = frameText(frame);
    if (size > largestItem(upstreamBytes)) return "upstreamBytes";
    if (exceedsBytes(text, messageBytes - 64)) return "messageBytes";
    return exceedsBytes(text, valueBytes - 64 - (frameSize(frame) - text.length)) ? "valueBytes" : undefined;
  }

  #goOn(call: OutgoingCall<Sink>): void {
    const { upstream } = call;
    if (upstream?.state.name === "held" && upstream.state.balance.fits(upstream.state.size)) {
      const { balance, frame, size } = upstream.state;
      balance.spend(size);
      upstream.state = { name: "paused", balance };
      if (call.id !== undefined) this.#context.session.push(frame, call.id, call.priority);
    }
    if (upstream?.state.name !== "paused" || !upstream.state.balance.available) return;
    if (!this.#hasRoom) {
      this.#stalled.add(call);
      return;
    }
    upstream.state = { name: "reading", balance: upstream.state.balance };
    upstream.isTouched = true;
    this.#context.emit({ type: "read", call });
  }
}

/**
 * The calls this end has made: from the moment a caller asks to the one moment the call settles.
 *
 *   state   | room, slot free | departs | answer    | cancel, deadline      | session lost                        | end
 *   --------|-----------------|---------|-----------|-----------------------|-------------------------------------|---------
 *   waiting | queued          | –       | –         | as known              | waiting                             | as known
 *   queued  | –               | sent    | violation | as known              | waiting                             | as known
 *   sent    | –               | –       | settled   | unknown, cancel frame | waiting if repeatable, else unknown | unknown
 *   settled | –               | –       | ignored   | –                     | –                                   | –
 *
 * `as known`, `unknown`: settled, by a failure with that outcome. What is known of a call is `not-sent` until it was
 * sent, to whichever server, and `unknown` from then on. A subscription is always repeatable.
 * A call has an id from `queued` on; ids only grow, so a call that is sent again gets a new one. What waits is bounded:
 * by the offline limits while there is no transport, by `waitingCalls` while there is one.
 *
 * @see PROTOCOL.md sections 5.2 and 5.3
 */
import { isTransient, type StandardCode } from "../error/codes.js";
import { RpcError, type RpcErrorOptions } from "../error/rpc-error.js";
import { fromWireError } from "../error/wire-error.js";
import type { EncodedFrame } from "../protocol/blob.js";
import { cancelFrame, creditFrame } from "../protocol/encode.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import type {
  EndFrame,
  ErrorFrame,
  EventFrame,
  GapFrame,
  JoinFrame,
  PositionFrame,
  ResultFrame,
} from "../protocol/message.js";
import { op } from "../protocol/message.js";
import { type Violation, violation } from "../protocol/parse.js";
import { exceedsBytes } from "../protocol/text.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { Session } from "./session.js";
import { TopicReaders } from "./topic-readers.js";

/** Frames that answer a call. */
export type AnswerFrame = ResultFrame | ErrorFrame | EventFrame | EndFrame | GapFrame | JoinFrame | PositionFrame;

/** The bytes that a value, or an error's data, speaks of. */
type Bytes = Uint8Array | undefined;

/** What became of a call. `result`, `failure` and `end` settle it: one of them comes, once. */
export type OutgoingEffect<Sink> =
  | { readonly type: "result"; readonly call: OutgoingCall<Sink>; readonly value: unknown; readonly blob?: Bytes }
  | { readonly type: "failure"; readonly call: OutgoingCall<Sink>; readonly error: RpcError; readonly blob?: Bytes }
  | {
      readonly type: "event";
      readonly call: OutgoingCall<Sink>;
      readonly value: unknown;
      readonly eventId?: string;
      readonly blob?: Bytes;
    }
  | { readonly type: "gap"; readonly call: OutgoingCall<Sink>; readonly reason: string }
  | { readonly type: "end"; readonly call: OutgoingCall<Sink> };

/** What the calls of one conversation share. */
export interface OutgoingContext<Sink> {
  readonly session: Pick<Session<OutgoingCall<Sink>>, "push" | "pushUrgent" | "state" | "writable">;
  readonly limits: Limits;
  readonly firstId: 1 | 2;
  emit(effect: OutgoingEffect<Sink>): void;
}

export class OutgoingCalls<Sink> {
  readonly readers: TopicReaders<Sink>;
  readonly #context: OutgoingContext<Sink>;
  /** Queued and sent, by id. */
  readonly #byId = new Map<number, OutgoingCall<Sink>>();
  readonly #waitingCalls = new Set<OutgoingCall<Sink>>();
  readonly #waitingStreams = new Set<OutgoingCall<Sink>>();
  #waitingSize = 0;
  /** Queued or sent queries and mutations: each takes one of the other end's slots. */
  #inFlight = 0;
  #nextId: number;
  #deadline = Infinity;
  #peer: PeerLimits | undefined;
  /** Why there is no transport, as far as anybody knows. */
  #absence: string | undefined;

  constructor(context: OutgoingContext<Sink>) {
    this.#context = context;
    this.#nextId = context.firstId;
    this.readers = new TopicReaders(context);
  }

  /** No call's deadline is earlier than this. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Queries and mutations the other end is working on. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** What waits to be sent, in UTF-16 units. */
  get waitingSize(): number {
    return this.#waitingSize;
  }

  /** Calls that have not settled. */
  get open(): number {
    return this.#byId.size + this.#waiting;
  }

  /** Takes a new call: it leaves in this turn, waits, or fails because what waits is bounded. */
  add(call: OutgoingCall<Sink>): void {
    if (this.#departs(call)) return this.#queue(call);
    if (this.#isTooLarge(call)) return this.#refuseTooLarge(call);
    const { session, limits } = this.#context;
    const attached = session.state.name === "attached";
    const maxWaiting = attached ? limits.waitingCalls : limits.offlineCalls;
    const maxSize = attached ? limits.outboundHardBytes : limits.offlineBytes;
    if (this.#waiting >= maxWaiting || this.#waitingSize + call.size > maxSize) {
      return attached
        ? this.refuse(call, "RESOURCE_EXHAUSTED", "too many calls wait for a slot (limits.waitingCalls)")
        : this.refuse(call, "UNAVAILABLE", "too many calls wait for a connection (limits.offlineCalls)");
    }
    this.#wait(call);
  }

  /** The transport of a session is ready. */
  attached(peer: PeerLimits): void {
    this.#peer = peer;
    this.#absence = undefined;
  }

  /** There is no transport, for this reason. */
  absent(reason: string): void {
    this.#absence = reason;
  }

  /** Takes a call over from another conversation, which has counted it already: only this end's deadline bounds it. */
  adopt(call: OutgoingCall<Sink>): void {
    if (this.#departs(call)) this.#queue(call);
    else this.#wait(call);
  }

  /** Gives away what can go on elsewhere: what waits, and every stream. Sent calls stay, to be answered here. */
  handOver(): OutgoingCall<Sink>[] {
    const streams = [...this.#byId.values()].filter((call) => call.window !== undefined);
    for (const call of streams) this.#leave(call);
    const moved = [...streams, ...this.#waitingStreams, ...this.#waitingCalls];
    for (const call of moved.slice(streams.length)) this.#unwait(call);
    return moved;
  }

  /** Sends what waits, as far as there is room and there are slots. */
  release(): void {
    if (this.#waiting === 0) return;
    for (const calls of [this.#waitingStreams, this.#waitingCalls]) {
      for (const call of calls) {
        if (!this.#departs(call)) break;
        this.#unwait(call);
        this.#queue(call);
      }
    }
  }

  /** The call becomes a frame, now. Undefined: nobody wants it any more. */
  render(call: OutgoingCall<Sink>, now: number): EncodedFrame | undefined {
    if (call.state.name !== "queued" || call.deadline <= now || !this.#owns(call)) return undefined;
    const { id } = call.state;
    call.state = { name: "sent", id };
    call.known = "unknown";
    return call.frame(id, now, this.#peer?.creditMaxEvents ?? 1);
  }

  /** A call that does not leave, or not again. */
  refuse(call: OutgoingCall<Sink>, code: StandardCode, message: string): void {
    this.#fail(call, code, { message });
  }

  /** Ignored where the call is another conversation's by now. */
  cancel(call: OutgoingCall<Sink>): void {
    if (this.#owns(call)) this.#abandon(call, "CANCELLED");
  }

  /** The caller has taken events of a stream. Ignored where the call is another conversation's by now. */
  consume(call: OutgoingCall<Sink>, count: number): void {
    if (!this.#owns(call)) return;
    const limit = call.window?.consume(count);
    if (limit !== undefined && call.state.name === "sent") {
      this.#context.session.pushUrgent(creditFrame(call.state.id, limit));
    }
  }

  /** Acts on an answer. What answers no open call is the normal race with a cancel, and ignored. */
  answer(frame: AnswerFrame): Violation | undefined {
    const call = this.#byId.get(frame.id);
    if (call === undefined) return undefined;
    if (call.state.name !== "sent") return violation("an answer to a call that was not sent (§5.2)");
    const { emit } = this.#context;
    switch (frame.op) {
      case op.result:
        if (call.window !== undefined) return violation("a result answers a subscription (§5.3)");
        this.#settle(call);
        emit({ type: "result", call, value: frame.value, blob: frame.blob });
        return undefined;
      case op.error:
        this.#settle(call);
        emit({ type: "failure", call, error: fromWireError(frame.error, call), blob: frame.blob });
        return undefined;
      case op.event:
        if (!call.window?.arrive()) return violation("an event without credit (§5.3)");
        call.isGapLast = false;
        if (frame.eventId === undefined) emit({ type: "event", call, value: frame.value, blob: frame.blob });
        else {
          call.lastEventId = frame.eventId;
          emit({ type: "event", call, value: frame.value, eventId: frame.eventId, blob: frame.blob });
        }
        return undefined;
      case op.gap:
        if (!call.window?.arrive()) return violation("a gap without credit (§5.3)");
        emit({ type: "gap", call, reason: frame.reason });
        return undefined;
      case op.end:
        if (call.window === undefined) return violation("an end answers a call (§5.2)");
        // What fed the stream last was lost with a transport, and nobody can be asked for it any more.
        if (frame.offset !== undefined && call.reading?.offset !== frame.offset) {
          emit({ type: "gap", call, reason: "the last events were lost with the connection" });
        }
        this.#settle(call);
        emit({ type: "end", call });
        return undefined;
      case op.join:
        return this.readers.join(call, frame);
      case op.position:
        return this.readers.tell(call);
    }
  }

  /** The other end knows nothing of what was sent: each call goes the way its kind allows. */
  sessionLost(): void {
    const waitingCalls = [...this.#waitingCalls];
    const waitingStreams = [...this.#waitingStreams];
    const known = [...this.#byId.values()];
    this.#forget();
    for (const call of known) {
      const sent = call.state.name === "sent";
      if (sent && !call.repeatable) this.#fail(call, "UNAVAILABLE");
      else this.#wait(call);
      if (sent) this.#tellGap(call);
    }
    for (const call of [...waitingStreams, ...waitingCalls]) this.#wait(call);
  }

  /** Settles every call whose deadline has passed. */
  expire(now: number): void {
    if (now < this.#deadline) return;
    this.#deadline = Infinity;
    for (const calls of [this.#waitingStreams, this.#waitingCalls, this.#byId.values()]) {
      for (const call of calls) {
        if (call.deadline <= now) this.#abandon(call, "DEADLINE_EXCEEDED");
        else if (call.deadline < this.#deadline) this.#deadline = call.deadline;
      }
    }
  }

  /** The conversation is over: every call fails, each with what is known. */
  end(error: { readonly code: StandardCode; readonly message: string }): void {
    const calls = [...this.#byId.values(), ...this.#waitingStreams, ...this.#waitingCalls];
    this.#forget();
    for (const call of calls) this.#fail(call, error.code, { message: error.message });
  }

  /** The stream is closed here and opened again elsewhere. */
  #leave(call: OutgoingCall<Sink>): void {
    const { state } = call;
    this.readers.leave(call);
    if (state.name !== "sent" && state.name !== "queued") return;
    this.#byId.delete(state.id);
    call.state = { name: "waiting" };
    if (state.name === "queued") return;
    this.#context.session.pushUrgent(cancelFrame(state.id));
    this.#tellGap(call);
  }

  /** A stream that begins anew and cannot say where it was. */
  #tellGap(call: OutgoingCall<Sink>): void {
    // One gap says it all until events come again: a reader who is away must not find one for each loss.
    if (call.window === undefined || call.isContinuous || call.isGapLast) return;
    call.isGapLast = true;
    call.window.admit();
    this.#context.emit({ type: "gap", call, reason: "the session was lost and the events carry no ids" });
  }

  #owns(call: OutgoingCall<Sink>): boolean {
    const { state } = call;
    if (state.name === "settled") return false;
    if (state.name !== "waiting") return this.#byId.get(state.id) === call;
    return (call.window === undefined ? this.#waitingCalls : this.#waitingStreams).has(call);
  }

  get #waiting(): number {
    return this.#waitingCalls.size + this.#waitingStreams.size;
  }

  #departs(call: OutgoingCall<Sink>): boolean {
    if (this.#peer === undefined || !this.#context.session.writable) return false;
    return call.window !== undefined || this.#inFlight < this.#peer.calls;
  }

  #isTooLarge(call: OutgoingCall<Sink>): boolean {
    return this.#peer !== undefined && exceedsBytes(call.frameText, this.#peer.messageBytes - 256 - call.blobBytes);
  }

  #refuseTooLarge(call: OutgoingCall<Sink>): void {
    const message = "the input is too large (limits.messageBytes)";
    // However often it is tried, it will not be smaller.
    this.#fail(call, "RESOURCE_EXHAUSTED", { message, retryable: false });
  }

  #queue(call: OutgoingCall<Sink>): void {
    // What came before the first transport, or before one whose other end takes less, is only known to be too large now.
    if (this.#isTooLarge(call)) return this.#refuseTooLarge(call);
    if (call.window === undefined) this.#inFlight++;
    else if (this.#byId.size - this.#inFlight >= (this.#peer?.subscriptions ?? 0)) {
      return this.refuse(call, "RESOURCE_EXHAUSTED", "too many subscriptions are open (limits.subscriptions)");
    }
    const id = this.#nextId;
    this.#nextId += 2;
    call.state = { name: "queued", id };
    this.#byId.set(id, call);
    this.#context.session.push(call);
    if (call.deadline < this.#deadline) this.#deadline = call.deadline;
  }

  #wait(call: OutgoingCall<Sink>): void {
    this.readers.leave(call);
    call.state = { name: "waiting" };
    if (call.deadline < this.#deadline) this.#deadline = call.deadline;
    (call.window === undefined ? this.#waitingCalls : this.#waitingStreams).add(call);
    this.#waitingSize += call.size;
  }

  #unwait(call: OutgoingCall<Sink>): void {
    (call.window === undefined ? this.#waitingCalls : this.#waitingStreams).delete(call);
    this.#waitingSize -= call.size;
  }

  #forget(): void {
    this.#byId.clear();
    this.#waitingCalls.clear();
    this.#waitingStreams.clear();
    this.#waitingSize = 0;
    this.#inFlight = 0;
    this.#deadline = Infinity;
  }

  /** The caller's side ends it: locally at once, and at the other end if it got there. */
  #abandon(call: OutgoingCall<Sink>, code: StandardCode): void {
    const { state } = call;
    if (state.name === "settled") return;
    if (state.name === "sent") this.#context.session.pushUrgent(cancelFrame(state.id));
    this.#settle(call);
    const absence = code === "DEADLINE_EXCEEDED" && call.known === "not-sent" ? this.#absence : undefined;
    const message = `the call's deadline passed before there was a connection: ${absence}`;
    this.#fail(call, code, absence === undefined ? {} : { message });
  }

  #settle(call: OutgoingCall<Sink>): void {
    this.readers.leave(call);
    if (call.state.name === "waiting") this.#unwait(call);
    else if (call.state.name !== "settled" && this.#byId.delete(call.state.id) && call.window === undefined) {
      this.#inFlight--;
    }
    call.state = { name: "settled" };
  }

  #fail(call: OutgoingCall<Sink>, code: StandardCode, told: Pick<RpcErrorOptions, "message" | "retryable"> = {}): void {
    const { known: outcome, path } = call;
    this.readers.leave(call);
    call.state = { name: "settled" };
    const retryable = isTransient(code) && (outcome === "not-sent" || call.repeatable);
    const error = new RpcError(code, { outcome, retryable, path, ...told });
    this.#context.emit({ type: "failure", call, error });
  }
}

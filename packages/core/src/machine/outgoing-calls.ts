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
 * sent, to whichever server, and `unknown` from then on. A subscription is repeatable; what has read of its upstream is
 * not. What waits is in the waiting room, and what is queued or sent has a slot of the other end (`outgoing-slots.ts`).
 *
 * @see PROTOCOL.md sections 5.2 and 5.3
 */
import { isTransient, type StandardCode } from "../error/codes.js";
import { RpcError, type RpcErrorOptions } from "../error/rpc-error.js";
import { fromWireError } from "../error/wire-error.js";
import type { EncodedFrame } from "../protocol/blob.js";
import { op } from "../protocol/frame.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { OutgoingCall, UpstreamsClass } from "./outgoing-call.js";
import { OutgoingSlots } from "./outgoing-slots.js";
import { OutgoingStreams } from "./outgoing-streams.js";
import type { OutgoingUpstreams } from "./outgoing-upstreams.js";
import type { AnswerFrame, OutgoingEffect } from "./outgoing-words.js";
import type { Session } from "./session.js";
import { TopicReaders } from "./topic-readers.js";
import { WaitingRoom } from "./waiting-room.js";

/** What the calls of one conversation share. */
export interface OutgoingContext<Sink> {
  readonly session: Pick<
    Session<OutgoingCall<Sink>>,
    "push" | "pushUrgent" | "cancel" | "withdraw" | "backlog" | "state" | "writable" | "said" | "heard"
  >;
  readonly limits: Limits;
  readonly firstId: 1 | 2;
  emit(effect: OutgoingEffect<Sink>): void;
}

export class OutgoingCalls<Sink> {
  readonly readers: TopicReaders<Sink>;
  #upstreams: OutgoingUpstreams<Sink> | undefined;
  readonly #context: OutgoingContext<Sink>;
  /** Of those that are queued and sent. */
  readonly #slots: OutgoingSlots<Sink>;
  readonly #waiting: WaitingRoom<Sink>;
  readonly #streams: OutgoingStreams<Sink>;
  #deadline = Infinity;
  #peer: PeerLimits | undefined;
  /** Why there is no transport, as far as anybody knows. */
  #absence: string | undefined;

  constructor(context: OutgoingContext<Sink>) {
    this.#context = context;
    this.#slots = new OutgoingSlots(context.firstId);
    this.readers = new TopicReaders(context);
    this.#waiting = new WaitingRoom(context.limits);
    this.#streams = new OutgoingStreams(context);
  }

  /** What the sources of upstreams have to say is said here. Made by the first call that has one. */
  get upstreams(): OutgoingUpstreams<Sink> | undefined {
    return this.#upstreams;
  }

  /** No call's deadline is earlier than this. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Calls that have an id: the other end works on them, or will. */
  get inFlight(): number {
    return this.#slots.taken;
  }

  /** What waits to be sent, in UTF-16 units. */
  get waitingSize(): number {
    return this.#waiting.size;
  }

  /** Calls that have not settled. */
  get open(): number {
    return this.#slots.taken + this.#waiting.length;
  }

  /** Takes a new call: it leaves in this turn, waits, or fails because what waits is bounded. */
  add(call: OutgoingCall<Sink>): void {
    if (this.#admit(call)) return;
    if (this.#refusesTooLarge(call)) return;
    const noRoom = this.#waiting.refuses(call, this.#context.session.state.name === "attached");
    if (noRoom !== undefined) this.refuse(call, noRoom.code, noRoom.message);
    else this.#wait(call);
  }

  /** The transport of a session is ready. */
  attached(peer: PeerLimits): void {
    this.#peer = peer;
    this.#upstreams?.attached(peer);
    this.#absence = undefined;
  }

  /** There is no transport, for this reason. */
  absent(reason: string): void {
    this.#absence = reason;
  }

  /** Takes a call over from another conversation, which has counted it already: only this end's deadline bounds it. */
  adopt(call: OutgoingCall<Sink>): void {
    if (!this.#admit(call)) this.#wait(call);
  }

  /**
   * Gives away what can go on elsewhere: what waits, and every stream. Sent calls stay, to be answered here, and with them
   * the streams whose upstream this end knows.
   */
  handOver(): OutgoingCall<Sink>[] {
    const isFree = (call: OutgoingCall<Sink>) => call.upstream === undefined || call.state.name === "queued";
    const streams = this.#slots.values().filter((call) => call.window !== undefined && isFree(call));
    for (const call of streams) this.#leave(call);
    return [...streams, ...this.#waiting.clear()];
  }

  /** Sends what waits, as far as there is room and there are slots. */
  release(): void {
    if (this.#waiting.length === 0) return;
    for (const line of this.#waiting.lines) {
      for (const call of line) {
        if (!this.#admit(call)) break;
        this.#waiting.leave(call);
      }
    }
  }

  /** The call becomes a frame, now. Undefined: nobody wants it any more. `inParts`: only its first part goes. */
  render(call: OutgoingCall<Sink>, now: number, inParts = false): EncodedFrame | undefined {
    if (call.state.name !== "queued" || call.deadline <= now || !this.#slots.has(call)) return undefined;
    const id = this.#slots.send(call, call.state.id);
    if (inParts) call.isPartial = true;
    else this.departed(call);
    return call.frame(id, now, this.#peer?.creditMaxEvents ?? 1);
  }

  /** The call has gone, with the last of its parts. */
  departed(call: OutgoingCall<Sink>): void {
    call.isPartial = false;
    if (call.state.name !== "sent") return;
    call.known = "unknown";
    this.#upstreams?.begin(call);
  }

  /** Whether an answer to this id may come. */
  expects(id: number): boolean {
    return this.#slots.get(id)?.state.name === "sent";
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
    if (this.#owns(call)) this.#streams.consume(call, count);
  }

  /** Acts on a frame about a call. What is about no open one is the normal race with a cancel, and ignored. */
  answer(frame: AnswerFrame): Violation | undefined {
    const call = this.#slots.get(frame.id);
    if (call === undefined) return undefined;
    if (call.state.name !== "sent" || call.isPartial) return violation("earlyAnswer");
    const { emit } = this.#context;
    switch (frame.op) {
      case op.result:
        if (call.window !== undefined) return violation("resultOfStream");
        this.#settle(call);
        emit({ type: "result", call, value: frame.value, blob: frame.blob });
        return undefined;
      case op.error:
        this.#settle(call);
        emit({ type: "failure", call, error: fromWireError(frame.error, call), blob: frame.blob });
        return undefined;
      case op.event:
      case op.gap:
        return this.#streams.answer(call, frame);
      case op.credit:
        return this.#upstreams?.credit(call, frame.limit);
      case op.cancel:
        this.#upstreams?.stop(call);
        return undefined;
      case op.end:
        if (call.window === undefined) return violation("endOfCall");
        // What fed the stream last was lost with a transport, and nobody can be asked for it any more.
        if (frame.offset !== undefined && call.reading?.offset !== frame.offset) {
          emit({ type: "gap", call, reason: "the last events were lost with the connection" });
        }
        this.#settle(call);
        emit({ type: "end", call });
        return undefined;
      case op.join:
        return this.readers.join(call, frame);
      case op.mark:
        return this.#streams.mark(call, frame.eventId);
      case op.position:
        return this.readers.tell(call);
    }
  }

  /** The other end knows nothing of what was sent: each call goes the way its kind allows. */
  sessionLost(): void {
    const { known, waiting } = this.#forget();
    for (const call of known) {
      const sent = call.state.name === "sent" && !call.isPartial;
      call.isPartial = false;
      if (sent && !call.repeatable) {
        this.#fail(call, "UNAVAILABLE", { message: "the session was lost after the call was sent" });
        continue;
      }
      this.#upstreams?.rewind(call);
      this.#wait(call);
      if (sent) this.#streams.restarts(call);
    }
    for (const call of waiting) this.#wait(call);
  }

  /** Settles every call whose deadline has passed. */
  expire(now: number): void {
    if (now < this.#deadline) return;
    this.#deadline = Infinity;
    for (const calls of [...this.#waiting.lines, this.#slots.values()]) {
      for (const call of calls) {
        if (call.deadline <= now) this.#abandon(call, "DEADLINE_EXCEEDED");
        else if (call.deadline < this.#deadline) this.#deadline = call.deadline;
      }
    }
  }

  /** The conversation is over: every call fails, each with what is known. */
  end(error: { readonly code: StandardCode; readonly message: string }): void {
    const { known, waiting } = this.#forget();
    for (const call of [...known, ...waiting]) this.#fail(call, error.code, { message: error.message });
  }

  /** The stream is closed here and opened again elsewhere. */
  #leave(call: OutgoingCall<Sink>): void {
    const { state } = call;
    this.readers.leave(call);
    if (state.name !== "sent" && state.name !== "queued") return;
    this.#slots.free(call);
    this.#upstreams?.rewind(call);
    call.state = { name: "waiting" };
    if (state.name === "queued") return this.#context.session.withdraw(call);
    this.#context.session.cancel(state.id);
    if (!call.isPartial) this.#streams.restarts(call);
    call.isPartial = false;
  }

  #owns(call: OutgoingCall<Sink>): boolean {
    return call.state.name === "waiting" ? this.#waiting.has(call) : this.#slots.has(call);
  }

  /** Queues the call, or refuses it. False: it has to wait for a transport, or for a slot. */
  #admit(call: OutgoingCall<Sink>): boolean {
    const peer = this.#peer;
    if (peer === undefined || !this.#context.session.writable) return false;
    const full = this.#full(call, peer);
    // A stream does not wait for a slot.
    if (full !== undefined && call.window === undefined) return false;
    // What came before the first transport, or before one whose other end takes less, is only known to be too large now.
    if (this.#refusesTooLarge(call)) return true;
    if (full === undefined) this.#queue(call);
    else this.refuse(call, "RESOURCE_EXHAUSTED", `too many ${full} are open (limits.${full})`);
    return true;
  }

  /** Which slots that the call needs are all taken. */
  #full(call: OutgoingCall<Sink>, peer: PeerLimits): "calls" | "subscriptions" | "upstreams" | undefined {
    if (!this.#slots.isFree(call, peer)) return call.window === undefined ? "calls" : "subscriptions";
    if (call.Upstreams === undefined) return undefined;
    return this.#upstreamsOf(call.Upstreams, peer).hasSlot ? undefined : "upstreams";
  }

  #upstreamsOf(Upstreams: UpstreamsClass, peer: PeerLimits): OutgoingUpstreams<Sink> {
    if (this.#upstreams !== undefined) return this.#upstreams;
    this.#upstreams = new (Upstreams as typeof OutgoingUpstreams<Sink>)(this.#context, (call, code, told) => {
      this.#settle(call);
      this.#fail(call, code, told);
    });
    this.#upstreams.attached(peer);
    return this.#upstreams;
  }

  /** True: the call fails, because it is more than the other end takes. */
  #refusesTooLarge(call: OutgoingCall<Sink>): boolean {
    const limit = this.#peer && call.exceeds(this.#peer);
    if (limit === undefined) return false;
    // However often it is tried, it will not be smaller.
    this.#fail(call, "RESOURCE_EXHAUSTED", { message: `the input is too large (limits.${limit})`, retryable: false });
    return true;
  }

  #queue(call: OutgoingCall<Sink>): void {
    this.#upstreams?.reserve(call);
    this.#slots.take(call);
    this.#context.session.push(call, 0, call.priority);
    if (call.deadline < this.#deadline) this.#deadline = call.deadline;
  }

  #wait(call: OutgoingCall<Sink>): void {
    this.readers.leave(call);
    if (call.deadline < this.#deadline) this.#deadline = call.deadline;
    this.#waiting.enter(call);
  }

  /** Lets go of every call, and returns them. */
  #forget(): { readonly known: OutgoingCall<Sink>[]; readonly waiting: OutgoingCall<Sink>[] } {
    this.#deadline = Infinity;
    return { known: this.#slots.clear(), waiting: this.#waiting.clear() };
  }

  /** The caller's side ends it: locally at once, and at the other end if it got there. */
  #abandon(call: OutgoingCall<Sink>, code: StandardCode): void {
    const { state } = call;
    if (state.name === "settled") return;
    if (state.name === "sent") this.#context.session.cancel(state.id);
    if (state.name === "queued") this.#context.session.withdraw(call);
    this.#settle(call);
    const absence = code === "DEADLINE_EXCEEDED" && call.known === "not-sent" ? this.#absence : undefined;
    const message = `the call's deadline passed before there was a connection: ${absence}`;
    this.#fail(call, code, absence === undefined ? {} : { message });
  }

  #settle(call: OutgoingCall<Sink>): void {
    this.readers.leave(call);
    // Items of its upstream that wait are not wanted any more.
    if (call.upstream !== undefined && call.state.name === "sent") this.#context.session.withdraw(call.state.id);
    if (call.state.name === "waiting") this.#waiting.leave(call);
    else this.#slots.free(call);
    this.#upstreams?.close(call);
    call.state = { name: "settled" };
  }

  #fail(call: OutgoingCall<Sink>, code: StandardCode, told: Pick<RpcErrorOptions, "message" | "retryable"> = {}): void {
    const { known: outcome, path } = call;
    this.readers.leave(call);
    this.#upstreams?.close(call);
    call.state = { name: "settled" };
    const retryable = isTransient(code) && (outcome === "not-sent" || call.repeatable);
    const error = new RpcError(code, { outcome, retryable, path, ...told });
    this.#context.emit({ type: "failure", call, error });
  }
}

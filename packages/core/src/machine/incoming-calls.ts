/**
 * The calls the other end has made: a slot each, from the request until the handler has settled. A cancel or a deadline
 * frees the caller, not the slot: what still runs is still counted.
 *
 *   state     | ready  | room and credit | event, gap    | cancel, end      | deadline                | reply, fail, finish
 *   ----------|--------|-----------------|---------------|------------------|-------------------------|--------------------
 *   running   | –      | –               | –             | abandoned, abort | abandoned, abort, error | settled, frame
 *   starting  | paused | –               | –             | abandoned, abort | abandoned, abort, error | settled, frame
 *   paused    | –      | pulling, pull   | –             | abandoned, abort | abandoned, abort, error | settled, frame
 *   pulling   | –      | –               | paused, frame | abandoned, abort | abandoned, abort, error | settled, frame
 *   abandoned | –      | –               | –             | –                | –                       | settled
 *   settled   | –      | –               | –             | –                | –                       | –
 *
 * A stream becomes `paused` and, where there is room and credit already, goes on to `pulling` at once.
 *
 * Who does not take its answers gets no more work done: requests are refused while the backlog is above its hard bound.
 *
 * @see PROTOCOL.md sections 5.2 and 5.3
 */
import { RpcError } from "../error/rpc-error.js";
import { toWireError } from "../error/wire-error.js";
import { type Encoded, type EncodedFrame, frameSize, frameText } from "../protocol/blob.js";
import { endFrame, errorFrame, eventFrame, gapFrame, markFrame, resultFrame } from "../protocol/encode.js";
import { ENVELOPE_BYTES } from "../protocol/envelope.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import type { CallFrame, Frame, SubscribeFrame, WireError } from "../protocol/message.js";
import { op } from "../protocol/message.js";
import { type Violation, violation } from "../protocol/parse.js";
import { exceedsBytes } from "../protocol/text.js";
import { CallsById } from "./calls-by-id.js";
import { IncomingCall } from "./incoming-call.js";
import { IncomingUpstreams } from "./incoming-upstreams.js";
import type { AbortReason, AnsweredCalls, HandlerInput, IncomingEffect } from "./incoming-words.js";
import { JoinedStreams, type JoinNotice, type Portion } from "./joined-streams.js";
import { Refusals } from "./refusals.js";
import type { Session } from "./session.js";

export interface IncomingContext<Work> {
  readonly session: Pick<
    Session<JoinNotice>,
    "state" | "push" | "pushUrgent" | "backlog" | "flows" | "bulkSize" | "isSending" | "withdraw" | "decline"
  >;
  readonly limits: Limits;
  /** The parity of the other end's ids. */
  readonly firstId: 1 | 2;
  emit(effect: IncomingEffect<Work>): void;
}

export class IncomingCalls<Work> implements AnsweredCalls<Work> {
  // Made when they are needed: most clients only call.
  #joined: JoinedStreams<Work> | undefined;
  #upstreams: IncomingUpstreams<Work> | undefined;
  #refusals: Refusals | undefined;
  /** Streams that have credit and wait for room. */
  #stalled: Set<IncomingCall<Work>> | undefined;
  readonly #context: IncomingContext<Work>;
  /** Every call whose handler has not settled, the abandoned among them. */
  readonly #byId = new CallsById<IncomingCall<Work>>();
  #streams = 0;
  #lastId = 0;
  #deadline = Infinity;
  #peer: Pick<PeerLimits, "messageBytes" | "valueBytes"> | undefined;

  constructor(context: IncomingContext<Work>) {
    this.#context = context;
  }

  /** Streams that topics feed. */
  get joined(): JoinedStreams<Work> {
    const { session, emit } = this.#context;
    this.#joined ??= new JoinedStreams({ session, calls: this.#byId, emit });
    return this.#joined;
  }

  /** What handlers have to say of upstreams is said here. */
  get upstreams(): IncomingUpstreams<Work> {
    this.#upstreams ??= new IncomingUpstreams(this.#context);
    return this.#upstreams;
  }

  /** No call's deadline is earlier than this. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Calls whose handlers have not settled. */
  get open(): number {
    return this.#byId.size;
  }

  /** Queries and mutations whose callers wait for an answer. */
  get awaited(): number {
    let awaited = 0;
    for (const call of this.#byId.values()) if (call.state === "running") awaited++;
    return awaited;
  }

  /** The largest message that the other end takes, as far as it is known. */
  get peerMessageBytes(): number {
    return this.#peer?.messageBytes ?? Infinity;
  }

  attached(peer: PeerLimits): void {
    this.#peer = peer;
    this.#joined?.attached();
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** Whether a large frame of this id may begin to arrive: one that opens it, or an item of its upstream. */
  expects(id: number): boolean {
    const call = this.#byId.get(id);
    if (call === undefined) return id > this.#lastId;
    return call.state !== "abandoned" && call.upstream?.name !== "stopped" && call.upstream?.name !== "ended";
  }

  /** A request begins to arrive in parts. */
  announce(id: number): Violation | undefined {
    const { firstId } = this.#context;
    if (id % 2 !== firstId % 2) return violation("wrongParity");
    if (id <= this.#lastId) return violation("oldId");
    this.#lastId = id;
    return undefined;
  }

  /**
   * Acts on what the caller says. What is about a call that has ended is the normal race, and ignored. `announced`: its
   * id was taken when its first part came.
   */
  request(frame: Frame, now: number, announced = false): Violation | undefined {
    if (frame.op === op.call || frame.op === op.subscribe) {
      return (announced ? undefined : this.announce(frame.id)) ?? this.#open(frame, now);
    }
    if (frame.op === op.cancel) {
      // Its handler may have settled long ago: a large answer takes its time.
      this.#context.session.withdraw(frame.id);
      this.#context.session.decline(frame.id);
    }
    const call = this.#byId.get(frame.id);
    if (call === undefined) return undefined;
    switch (frame.op) {
      case op.cancel:
        this.#abandon(call, "cancelled");
        return undefined;
      case op.credit: {
        if (call.balance === undefined) return undefined;
        const { available } = call.balance;
        if (!call.balance.raise(frame.limit, this.#context.limits.creditMaxEvents)) {
          return violation("tooMuchCredit");
        }
        this.#pull(call);
        if (!available) this.#joined?.wake(call);
        return undefined;
      }
      case op.position:
        return frame.told === undefined ? violation("callerQuestion") : this.joined.position(call, frame.told);
      case op.event:
      case op.end:
        return call.state === "abandoned" ? undefined : this.upstreams.frame(call, frame, now);
      case op.error:
        if (call.upstream?.name === "ended") return violation("endedUpstream");
        this.#abandon(call, "source");
        return undefined;
      default:
        return violation("callerAnswer");
    }
  }

  tell(input: HandlerInput<Work>, now: number): boolean {
    const { call } = input;
    switch (input.type) {
      case "reply":
        this.reply(call, input.value);
        break;
      case "event":
        this.event(call, input.value, input.eventId);
        break;
      case "feed":
        return this.#share(input);
      case "fail":
        this.fail(call, input.error, input.blob);
        break;
      case "ready":
        this.ready(call);
        break;
      case "gap":
        this.gap(call, input.reason);
        break;
      case "mark":
        this.mark(call, input.eventId);
        break;
      case "finish":
        this.finish(call);
        break;
      case "take":
        this.upstreams.take(call, input.count, now);
        break;
      case "decline":
        this.upstreams.decline(call);
        break;
      case "share":
        this.joined.share(call);
        break;
      case "join":
        this.joined.join(call, input.at);
    }
    return false;
  }

  room(call: IncomingCall<Work>): number {
    return this.joined.room(call);
  }

  render(notice: JoinNotice): string | undefined {
    return this.joined.render(notice);
  }

  /** A handler's value. */
  reply(call: IncomingCall<Work>, value: Encoded): void {
    if (this.#finish(call)) this.#push(call, resultFrame(call.id, value));
  }

  /** A handler's error, or a stream's. */
  fail(call: IncomingCall<Work>, error: WireError, blob?: Uint8Array): void {
    if (this.#finish(call)) this.#push(call, errorFrame(call.id, error, blob));
  }

  /** A stream's source is complete. */
  finish(call: IncomingCall<Work>): void {
    if (this.#finish(call)) this.#context.session.push(endFrame(call.id, call.standing?.fed), call.id, call.priority);
  }

  /** A stream's source may be asked for events. */
  ready(call: IncomingCall<Work>): void {
    if (call.state !== "starting") return;
    call.state = "paused";
    this.#pull(call);
  }

  event(call: IncomingCall<Work>, value: Encoded, eventId: string | undefined): void {
    this.#produce(call, eventFrame(call.id, eventId, value));
  }

  gap(call: IncomingCall<Work>, reason: string): void {
    this.#produce(call, gapFrame(call.id, reason));
  }

  /** The stream goes on after this event, which it has not brought: its reader can come back there before another comes. */
  mark(call: IncomingCall<Work>, eventId: string): void {
    if (call.state === "abandoned" || call.state === "settled") return;
    const frame = markFrame(call.id, eventId);
    // Without it the stream is as good as any that is not marked.
    if (!exceedsBytes(frame, this.peerMessageBytes - 64)) this.#context.session.push(frame, call.id, call.priority);
  }

  /** A topic's message goes to this stream. False: it must not, or is larger than the other end takes. */
  feed(call: IncomingCall<Work>, portion: Portion, bytes: number): boolean {
    if (bytes > this.peerMessageBytes) {
      if (this.joined.room(call) > 0) {
        this.#refuseOversized(call, "an event");
        this.#abandon(call, "cancelled");
      }
      return false;
    }
    return this.joined.feed(call, portion);
  }

  /** There may be room again: streams that waited for it go on, in the order they stalled. */
  resume(): void {
    if (this.#stalled === undefined) return;
    for (const call of this.#stalled) {
      if (!this.#hasRoom) return;
      if (this.#context.session.isSending(call.id)) continue;
      this.#stalled.delete(call);
      this.#pull(call);
    }
  }

  /** After each turn. */
  look(): void {
    this.#joined?.look();
  }

  /** Answers and aborts every call whose deadline has passed. */
  expire(now: number): void {
    if (now < this.#deadline) return;
    this.#deadline = Infinity;
    for (const call of this.#byId.values()) {
      if (call.state === "abandoned") continue;
      if (call.deadline <= now) {
        this.#push(call, errorFrame(call.id, toWireError(new RpcError("DEADLINE_EXCEEDED"))));
        this.#abandon(call, "deadline");
      } else if (call.deadline < this.#deadline) this.#deadline = call.deadline;
    }
  }

  /** A handler has settled, and nobody can be told. */
  release(call: IncomingCall<Work>): void {
    this.#finish(call);
  }

  /** The conversation is over: nobody waits for anything. */
  end(): void {
    for (const call of this.#byId.values()) this.#abandon(call, "ended");
    this.#deadline = Infinity;
  }

  /** The other end begins anew, and its ids with it. What runs is abandoned. */
  restart(): void {
    this.end();
    // An abandoned call may still run while its id comes again: it is counted by `open` no longer.
    this.#byId.clear();
    this.#streams = 0;
    this.#lastId = 0;
  }

  /** What a topic feeds leaves at once, past all that is numbered. False: nothing left. */
  #share(input: Extract<HandlerInput<Work>, { type: "feed" }>): boolean {
    const { call, message } = input;
    if (!this.feed(call, input, message.bytes)) return false;
    const { state } = this.#context.session;
    if (state.name !== "attached") return false;
    this.#context.emit({ type: "share", generation: state.generation, message });
    return true;
  }

  get #hasRoom(): boolean {
    const { session, limits } = this.#context;
    return session.backlog.size < limits.outboundSoftBytes && session.bulkSize < limits.valueBytes;
  }

  #open(frame: CallFrame | SubscribeFrame, now: number): Violation | undefined {
    const { limits, emit } = this.#context;
    const { id } = frame;
    const isStream = frame.op === op.subscribe;
    if (isStream && frame.credit > limits.creditMaxEvents) return violation("tooMuchCredit");
    const full = isStream ? this.#streams >= limits.subscriptions : this.#byId.size - this.#streams >= limits.calls;
    if (full) return this.#refuse(id, `too many ${isStream ? "subscriptions" : "calls"} on this connection`);
    if (this.#isOverloaded) return this.#refuse(id, "too much waits to be sent on this connection");
    const latest = frame.timeoutMs === 0 ? Infinity : now + frame.timeoutMs;
    const call = new IncomingCall<Work>(frame, isStream ? latest : Math.min(latest, now + limits.callMaxMs), latest);
    if (call.deadline < this.#deadline) this.#deadline = call.deadline;
    if (isStream) this.#streams++;
    this.#byId.set(id, call);
    emit({ type: "request", call });
    return undefined;
  }

  #refuse(id: number, message: string): Violation | undefined {
    this.#refusals ??= new Refusals(this.#context.session);
    return this.#refusals.refuse(id, message);
  }

  get #isOverloaded(): boolean {
    const { session, limits } = this.#context;
    return session.backlog.size >= limits.outboundHardBytes || session.bulkSize >= limits.valueBytes;
  }

  #pull(call: IncomingCall<Work>): void {
    if (call.state !== "paused" || !call.balance?.available) return;
    // Of a stream whose last event is still on its way in parts, one event waits at most.
    if (!this.#hasRoom || this.#context.session.isSending(call.id)) {
      this.#stalled ??= new Set();
      this.#stalled.add(call);
      return;
    }
    call.state = "pulling";
    this.#context.emit({ type: "pull", call });
  }

  #produce(call: IncomingCall<Work>, frame: EncodedFrame): void {
    if (call.state !== "pulling") return;
    if (!this.#push(call, frame, "an event")) return this.#abandon(call, "cancelled");
    call.balance?.spend(1);
    call.state = "paused";
    this.#pull(call);
  }

  /** Sends a frame, or an error in its place where it is larger than the other end takes. False: the error went. */
  #push(call: IncomingCall<Work>, frame: EncodedFrame, what = "the answer"): boolean {
    const text = frameText(frame);
    const blobBytes = frameSize(frame) - text.length;
    const { messageBytes, valueBytes } = this.#peer ?? { messageBytes: Infinity, valueBytes: Infinity };
    const textBytes = Math.min(messageBytes - 64, valueBytes - blobBytes - ENVELOPE_BYTES);
    const oversized = exceedsBytes(text, textBytes);
    if (oversized) this.#refuseOversized(call, what);
    else this.#context.session.push(frame, call.id, call.priority);
    return !oversized;
  }

  #refuseOversized(call: IncomingCall<Work>, what: string): void {
    const { session, emit } = this.#context;
    const error = { code: "INTERNAL", message: `${what} was larger than its caller takes` };
    session.push(errorFrame(call.id, error), call.id, call.priority);
    emit({ type: "oversized", call });
  }

  /** The handler has settled and its slot is free. True: somebody waits for the answer. */
  #finish(call: IncomingCall<Work>): boolean {
    const wanted = call.state !== "abandoned" && call.state !== "settled";
    call.state = "settled";
    this.#stalled?.delete(call);
    this.#upstreams?.close(call);
    // One of a session that is lost says nothing of the id, which means another call by now.
    if (this.#byId.get(call.id) === call) {
      this.#context.session.decline(call.id);
      this.#byId.delete(call.id);
      if (call.balance !== undefined) this.#streams--;
    }
    return wanted;
  }

  #abandon(call: IncomingCall<Work>, reason: AbortReason): void {
    if (call.state === "abandoned" || call.state === "settled") return;
    call.state = "abandoned";
    this.#stalled?.delete(call);
    this.#upstreams?.close(call);
    this.#context.session.decline(call.id);
    this.#context.emit({ type: "abort", call, reason });
  }
}

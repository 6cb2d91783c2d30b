/**
 * The calls the other end has made: what it says of them, what our handlers say, and how each ends. A cancel or a
 * deadline frees the caller, not the slot: what still runs is still counted.
 *
 *   state     | cancel, end      | deadline                | reply, fail, finish
 *   ----------|------------------|-------------------------|--------------------
 *   running   | abandoned, abort | abandoned, abort, error | settled, frame
 *   abandoned | –                | –                       | settled
 *   settled   | –                | –                       | –
 *
 * A stream has other states in place of `running`, which are left in the same ways: they stand in `pulled-streams.ts`,
 * or in `joined-streams.ts` where a topic feeds it. Which requests become calls stands in `incoming-slots.ts`.
 *
 * @see PROTOCOL.md sections 5.2 and 5.3
 */
import { RpcError } from "../error/rpc-error.js";
import { toWireError } from "../error/wire-error.js";
import type { Encoded, EncodedFrame } from "../protocol/blob.js";
import { endFrame, errorFrame, eventFrame, gapFrame, resultFrame } from "../protocol/encode.js";
import type { Frame, WireError } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import type { Limits, PeerLimits } from "../protocol/limits.js";
import { type Violation, violation } from "../protocol/violation.js";
import { AnswerFrames } from "./answer-frames.js";
import type { IncomingCall } from "./incoming-call.js";
import { IncomingSlots } from "./incoming-slots.js";
import { IncomingUpstreams } from "./incoming-upstreams.js";
import type { AbortReason, AnsweredCalls, HandlerInput, IncomingEffect } from "./incoming-words.js";
import { JoinedStreams, type JoinNotice, type Portion } from "./joined-streams.js";
import { PulledStreams } from "./pulled-streams.js";
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
  readonly #context: IncomingContext<Work>;
  readonly #slots: IncomingSlots<Work>;
  readonly #answers: AnswerFrames<Work>;
  // Made when they are needed: most clients only call.
  #pulled: PulledStreams<Work> | undefined;
  #joined: JoinedStreams<Work> | undefined;
  #upstreams: IncomingUpstreams<Work> | undefined;

  constructor(context: IncomingContext<Work>) {
    this.#context = context;
    this.#slots = new IncomingSlots(context);
    this.#answers = new AnswerFrames(context);
  }

  /** Streams that topics feed. */
  get joined(): JoinedStreams<Work> {
    const { session, emit } = this.#context;
    this.#joined ??= new JoinedStreams({ session, calls: this.#slots, emit });
    return this.#joined;
  }

  /** What handlers have to say of upstreams is said here. */
  get upstreams(): IncomingUpstreams<Work> {
    this.#upstreams ??= new IncomingUpstreams(this.#context);
    return this.#upstreams;
  }

  /** No call's deadline is earlier than this. */
  get deadline(): number {
    return this.#slots.deadline;
  }

  /** Calls whose handlers have not settled. */
  get open(): number {
    return this.#slots.taken;
  }

  /** Queries and mutations whose callers wait for an answer. */
  get awaited(): number {
    let awaited = 0;
    for (const call of this.#slots.values()) if (call.state === "running") awaited++;
    return awaited;
  }

  /** The largest message that the other end takes, as far as it is known. */
  get peerMessageBytes(): number {
    return this.#answers.messageBytes;
  }

  attached(peer: PeerLimits): void {
    this.#answers.attached(peer);
    this.#joined?.attached();
  }

  has(id: number): boolean {
    return this.#slots.has(id);
  }

  /** Whether a large frame of this id may begin to arrive: one that opens it, or an item of its upstream. */
  expects(id: number): boolean {
    const call = this.#slots.get(id);
    if (call === undefined) return this.#slots.isNew(id);
    return call.state !== "abandoned" && call.upstream?.name !== "stopped" && call.upstream?.name !== "ended";
  }

  /** A request begins to arrive in parts. */
  announce(id: number): Violation | undefined {
    return this.#slots.announce(id);
  }

  /**
   * Acts on what the caller says. What is about a call that has ended is the normal race, and ignored. `announced`: its
   * id was taken when its first part came.
   */
  request(frame: Frame, now: number, announced = false): Violation | undefined {
    if (frame.op === op.call || frame.op === op.subscribe) {
      return (announced ? undefined : this.announce(frame.id)) ?? this.#slots.request(frame, now);
    }
    if (frame.op === op.cancel) {
      // Its handler may have settled long ago: a large answer takes its time.
      this.#context.session.withdraw(frame.id);
      this.#context.session.decline(frame.id);
    }
    const call = this.#slots.get(frame.id);
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
        this.#pulled?.pull(call);
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
    if (this.#settle(call)) this.#answers.push(call, resultFrame(call.id, value));
  }

  /** A handler's error, or a stream's. */
  fail(call: IncomingCall<Work>, error: WireError, blob?: Uint8Array): void {
    if (this.#settle(call)) this.#answers.push(call, errorFrame(call.id, error, blob));
  }

  /** A stream's source is complete. */
  finish(call: IncomingCall<Work>): void {
    if (this.#settle(call)) this.#context.session.push(endFrame(call.id, call.standing?.fed), call.id, call.priority);
  }

  /** A stream's source may be asked for events. */
  ready(call: IncomingCall<Work>): void {
    this.#pulled ??= new PulledStreams(this.#context, this.#answers);
    this.#pulled.ready(call);
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
    this.#answers.mark(call, eventId);
  }

  /** A topic's message goes to this stream. False: it must not, or is larger than the other end takes. */
  feed(call: IncomingCall<Work>, portion: Portion, bytes: number): boolean {
    if (bytes > this.#answers.messageBytes) {
      if (this.joined.room(call) > 0) {
        this.#answers.replace(call, "an event");
        this.#abandon(call, "cancelled");
      }
      return false;
    }
    return this.joined.feed(call, portion);
  }

  /** There may be room again: streams that waited for it go on, in the order they stalled. */
  resume(): void {
    this.#pulled?.resume();
  }

  /** After each turn. */
  look(): void {
    this.#joined?.look();
  }

  /** Answers and aborts every call whose deadline has passed. */
  expire(now: number): void {
    for (const call of this.#slots.overdue(now)) {
      this.#answers.push(call, errorFrame(call.id, toWireError(new RpcError("DEADLINE_EXCEEDED"))));
      this.#abandon(call, "deadline");
    }
  }

  /** A handler has settled, and nobody can be told. */
  release(call: IncomingCall<Work>): void {
    this.#settle(call);
  }

  /** The conversation is over: nobody waits for anything. */
  end(): void {
    for (const call of this.#slots.dismiss()) this.#abandon(call, "ended");
  }

  /** The other end begins anew, and its ids with it. What runs is abandoned. */
  restart(): void {
    this.end();
    this.#slots.restart();
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

  #produce(call: IncomingCall<Work>, frame: EncodedFrame): void {
    if (this.#pulled?.produce(call, frame) === false) this.#abandon(call, "cancelled");
  }

  /** The handler has settled and its slot is free. True: somebody waits for the answer. */
  #settle(call: IncomingCall<Work>): boolean {
    const wanted = call.state !== "abandoned" && call.state !== "settled";
    call.state = "settled";
    this.#pulled?.close(call);
    this.#upstreams?.close(call);
    // One of a session that is lost says nothing of the id, which means another call by now.
    if (this.#slots.free(call)) this.#context.session.decline(call.id);
    return wanted;
  }

  #abandon(call: IncomingCall<Work>, reason: AbortReason): void {
    if (call.state === "abandoned" || call.state === "settled") return;
    call.state = "abandoned";
    this.#pulled?.close(call);
    this.#upstreams?.close(call);
    this.#context.session.decline(call.id);
    this.#context.emit({ type: "abort", call, reason });
  }
}

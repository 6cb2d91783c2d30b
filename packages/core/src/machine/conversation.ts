/**
 * A conversation: everything one end says to the other, over as many transports as it takes. Both ends run this same
 * file; they differ in who dials and in the parity of their ids.
 *
 * It composes a session (numbers), the calls in both directions (meaning) and a heartbeat (liveness), and turns their
 * words into effects. Messages come in and messages go out; nothing here knows a socket, a timer or a promise.
 *
 * Writing: what is said in one turn of the owner leaves together. The first frame of a turn asks for a `flush`; a turn
 * that has said {@link FIRST_FRAMES} frames, or fewer large ones, writes at once, so that the other end can begin.
 *
 * @see PROTOCOL.md section 5
 */
import type { StandardCode } from "../error/codes.js";
import type { Data, Written } from "../protocol/blob.js";
import type { CloseName } from "../protocol/close-codes.js";
import type { Frame, PartFrame } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import type { Limits } from "../protocol/limits.js";
import type { Batch } from "../protocol/message.js";
import { parse } from "../protocol/parse.js";
import { parseFrame } from "../protocol/parse-frame.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { Attach, ConversationEffect, ConversationInput } from "./conversation-words.js";
import { Departures } from "./departures.js";
import { Heartbeat } from "./heartbeat.js";
import type { IncomingCall } from "./incoming-call.js";
import type { IncomingContext } from "./incoming-calls.js";
import type { AnsweredCalls } from "./incoming-words.js";
import type { JoinNotice } from "./joined-streams.js";
import type { Machine } from "./machine.js";
import type { OutgoingCall } from "./outgoing-call.js";
import { OutgoingCalls } from "./outgoing-calls.js";
import { Session, type SessionState } from "./session.js";

/**
 * Frames of one turn that are sent before the turn is over. Each message may have twice as many as the one before: the
 * first is soon there for the other end to begin with, and while it reads one, the next is made.
 */
const FIRST_FRAMES = 16;
const MOST_FRAMES = 128;
/** In UTF-16 units and bytes. Of larger frames fewer are enough: each keeps the other end busy for longer. */
const SMALL_FRAME = 128;

export interface ConversationOptions<Work> {
  readonly limits: Limits;
  /** Who dialled has odd ids, who answered has even ones. */
  readonly role: "client" | "server";
  /** What keeps the calls of the other end: `IncomingCalls`, or `RefusedCalls` where nobody answers. */
  readonly Calls: new (
    context: IncomingContext<Work>,
  ) => AnsweredCalls<Work>;
}

export class Conversation<Sink, Work>
  implements Machine<ConversationInput<Sink, Work>, ConversationEffect<Sink, Work>>
{
  readonly #limits: Limits;
  readonly #role: ConversationOptions<Work>["role"];
  /** Of ids we give, modulo 2. */
  readonly #parity: 0 | 1;
  readonly #session: Session<OutgoingCall<Sink> | JoinNotice>;
  /** Made with our first call: most servers make none. */
  #outgoing: OutgoingCalls<Sink> | undefined;
  readonly #incoming: AnsweredCalls<Work>;
  readonly #departures = new Departures<Sink, Work>();
  readonly #emit: (effect: ConversationEffect<Sink, Work>) => void;
  readonly #heartbeat = new Heartbeat();
  /** Made when there is one, and given away: a list that waits for the next turn grows old, and keeps for long what it held. */
  #effects: ConversationEffect<Sink, Work>[] | undefined;
  #turn: "quiet" | "flush asked" = "quiet";
  /** So many frames are written before this turn is over. */
  #enough = FIRST_FRAMES;
  /** Whether another conversation goes on in this one's place. */
  #succession: "none" | "handed over" | "finished" = "none";
  #generation = 0;
  /** Why it is over, for calls that come after. */
  #ending: { readonly code: StandardCode; readonly message: string } | undefined;
  /** When the backlog passed its hard bound; `Infinity` while it is below. */
  #overSince = Infinity;
  /** Frames that had gone when that was looked at last. */
  #takenSeen = 0;

  constructor({ limits, role, Calls }: ConversationOptions<Work>) {
    this.#limits = limits;
    this.#role = role;
    this.#parity = role === "client" ? 1 : 0;
    this.#emit = (effect) => {
      this.#effects ??= [];
      this.#effects.push(effect);
    };
    this.#session = new Session(limits, this.#departures);
    const firstId = role === "client" ? 2 : 1;
    this.#incoming = new Calls({ session: this.#session, limits, firstId, emit: this.#emit });
    this.#departures.incoming = this.#incoming;
  }

  get #calls(): OutgoingCalls<Sink> {
    if (this.#outgoing !== undefined) return this.#outgoing;
    const session = this.#session;
    const firstId = this.#role === "client" ? 1 : 2;
    const calls = new OutgoingCalls<Sink>({ session, limits: this.#limits, firstId, emit: this.#emit });
    if (session.peer !== undefined) calls.attached(session.peer);
    this.#outgoing = calls;
    this.#departures.outgoing = calls;
    return calls;
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** How many numbered frames have arrived: what hello and welcome carry. */
  get received(): number {
    return this.#session.receiving.frames;
  }

  /** When anything was last heard, or a transport was attached. */
  get heardAt(): number {
    return this.#heartbeat.heardAt;
  }

  /** What is held and open now, for owners that keep the books of many conversations. */
  get holdings(): {
    readonly calls: number;
    readonly handlers: number;
    /** Calls that could not be sent yet, in UTF-16 units. */
    readonly waiting: number;
    /** Frames that wait, what is small and what is large. */
    readonly backlog: number;
    readonly bulk: number;
    readonly replay: number;
    /** What has arrived of frames that are not whole. */
    readonly joining: number;
  } {
    return {
      calls: this.#outgoing?.open ?? 0,
      handlers: this.#incoming.open,
      waiting: this.#outgoing?.waitingSize ?? 0,
      backlog: this.#session.backlog.size,
      bulk: this.#session.bulkSize,
      replay: this.#session.replaySize,
      joining: this.#session.receiving.joiningSize,
    };
  }

  /** How many events a stream that a topic feeds takes now. */
  room(call: IncomingCall<Work>): number {
    return this.#incoming.room(call);
  }

  /** The largest message that the other end takes. */
  get peerMessageBytes(): number {
    return this.#incoming.peerMessageBytes;
  }

  /** Frames of ours that have gone to the other end, ever. */
  get taken(): number {
    return this.#session.taken;
  }

  get deadline(): number {
    return Math.min(
      this.#heartbeat.deadline,
      // What is due is written with the flush.
      this.#turn === "quiet" ? this.#session.deadline : Infinity,
      this.#outgoing?.deadline ?? Infinity,
      this.#incoming.deadline,
      this.#overSince + this.#limits.outboundHardMs,
    );
  }

  receive(input: ConversationInput<Sink, Work>, now: number): void {
    if (this.#session.state.name === "ended") return this.#receiveEnded(input);
    switch (input.type) {
      case "call":
        this.#calls.add(input.call);
        break;
      case "message":
        this.#message(input.generation, input.data, now);
        break;
      case "flush":
        this.#turn = "quiet";
        this.#enough = FIRST_FRAMES;
        this.#write(now);
        this.#weigh(now);
        this.#finish();
        return;
      case "consume":
        this.#calls.consume(input.call, input.count);
        break;
      case "cancel":
        this.#calls.cancel(input.call);
        break;
      case "adopt":
        this.#calls.adopt(input.call);
        break;
      case "supply":
      case "exhausted":
      case "fault":
        this.#calls.upstreams?.tell(input);
        break;
      case "alive":
        if (this.#isCurrent(input.generation)) this.#heartbeat.heard(now);
        return;
      case "congested":
        if (this.#isCurrent(input.generation)) this.#session.congest(input.congested);
        break;
      case "attach":
        this.#attach(input, now);
        break;
      case "detach":
        if (this.#isCurrent(input.generation)) this.#detach(now);
        break;
      case "lost":
        this.#lose();
        break;
      case "absent":
        this.#calls.absent(input.reason);
        return;
      case "handOver":
        this.#handOver(input.lost);
        break;
      case "end":
        this.#end(input.code, input.message, now);
        return;
      default:
        if (this.#incoming.tell(input, now)) return;
    }
    this.#endTurn(now);
  }

  tick(now: number): void {
    this.#heartbeat.tick(now);
    for (const effect of this.#heartbeat.take()) {
      if (effect.type === "beat") this.#beat(now);
      else this.#drop("silent", now);
    }
    this.#outgoing?.expire(now);
    this.#incoming.expire(now);
    if (now >= this.#overSince + this.#limits.outboundHardMs) {
      this.#break(violation("slowReader", "slowReader"), now);
    }
    if (this.#session.state.name !== "ended") this.#endTurn(now);
  }

  take(): ConversationEffect<Sink, Work>[] {
    const effects = this.#effects ?? [];
    this.#effects = undefined;
    return effects;
  }

  #attach(input: Attach, now: number): void {
    if (input.generation <= this.#generation) return;
    this.#generation = input.generation;
    if (!input.resumed) this.#lose();
    const wrong = this.#session.attach(input.generation, input.received, input.peer);
    if (wrong !== undefined) return this.#break(wrong, now);
    this.#heartbeat.receive({ type: "start", beatMs: input.beatMs, silenceMs: input.silenceMs }, now);
    this.#incoming.attached(input.peer);
    this.#outgoing?.attached(input.peer);
  }

  /** The other end knows nothing of what was said. */
  #lose(): void {
    this.#session.clear();
    this.#incoming.restart();
    this.#outgoing?.sessionLost();
  }

  #detach(now: number): void {
    this.#session.detach();
    this.#heartbeat.receive({ type: "stop" }, now);
  }

  /** A stream is with its next owner, who counts what is taken of it, before its program is told of a gap. */
  #handOver(lost: boolean): void {
    const before = this.take();
    if (lost) this.#outgoing?.sessionLost();
    const calls = this.#outgoing?.handOver() ?? [];
    this.#effects = [...before, { type: "moved", calls }, ...this.take()];
    if (this.#succession === "none") this.#succession = "handed over";
  }

  #end(code: StandardCode, message: string, now: number): void {
    this.#heartbeat.receive({ type: "stop" }, now);
    this.#ending = { code, message };
    this.#outgoing?.end(this.#ending);
    this.#incoming.end();
    this.#session.end();
    this.#overSince = Infinity;
  }

  /** After the end only new calls matter, which must not be left hanging. */
  #receiveEnded(input: ConversationInput<Sink, Work>): void {
    if ((input.type === "call" || input.type === "adopt") && this.#ending !== undefined) {
      this.#calls.refuse(input.call, this.#ending.code, this.#ending.message);
    }
    if (input.type === "reply" || input.type === "fail" || input.type === "finish") this.#incoming.release(input.call);
  }

  #message(generation: number, data: Data, now: number): void {
    if (!this.#isCurrent(generation)) return;
    this.#heartbeat.heard(now);
    const message = parse(data, this.#limits);
    const wrong = this.#act(message, data.length, now);
    if (wrong !== undefined) this.#break(wrong, now);
  }

  #act(message: ReturnType<typeof parse>, size: number, now: number): Violation | undefined {
    switch (message.type) {
      case "batch":
        return this.#session.accept(message, size, now) ?? this.#frames(message, now);
      case "events":
        return this.#outgoing?.readers.events(message);
      case "goodbye":
        if (this.#role === "server") return violation("clientGoodbye");
        this.#emit({ type: "goodbye", spreadMs: message.spreadMs });
        return undefined;
      case "renew":
        this.#emit({ type: "renew", auth: message.auth });
        return undefined;
      case "invalidate":
        if (this.#role === "server") return violation("clientInvalidate");
        this.#emit({ type: "invalidate", tags: message.tags });
        return undefined;
      case "violation":
        return message;
      default:
        return violation("secondGreeting");
    }
  }

  #frames(batch: Batch, now: number): Violation | undefined {
    for (const frame of batch.frames) {
      const wrong = frame.op === op.part ? this.#part(frame, now) : this.#frame(frame, now);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  /** Whose stream a frame belongs to follows from its id, and who sends it. `announced`: its id came with its first part. */
  #frame(frame: Frame, now: number, announced = false): Violation | undefined {
    const isOpening = frame.op === op.call || frame.op === op.subscribe;
    const isOurs = frame.id % 2 === this.#parity;
    return !isOpening && isOurs ? this.#outgoing?.answer(frame) : this.#incoming.request(frame, now, announced);
  }

  /** A piece of a large frame, which counts when it is whole. */
  #part(part: PartFrame, now: number): Violation | undefined {
    const { id } = part;
    const calls = id % 2 === this.#parity ? this.#outgoing : this.#incoming;
    // What has crossed a cancel, or the end of its stream, is not kept.
    if (!this.#session.receiving.isJoining(id) && !calls?.expects(id)) return undefined;
    const isOpening = calls === this.#incoming && !this.#incoming.has(id);
    const wrong = isOpening && !this.#session.receiving.isJoining(id) ? this.#announce(id) : undefined;
    const joined = wrong ?? this.#session.receiving.join(part);
    if (joined === undefined || "type" in joined) return joined;
    const frame = parseFrame(joined, this.#limits);
    if ("type" in frame) return frame;
    if (frame.id !== id || !mayComeInParts(frame)) return violation("partsSmallFrame");
    return this.#frame(frame, now, isOpening);
  }

  /** A request begins to arrive in parts. It has no slot yet, but no more begin than there are slots and answers to come. */
  #announce(id: number): Violation | undefined {
    const { calls, subscriptions } = this.#limits;
    return this.#session.receiving.joiningFrames < calls + subscriptions + (this.#outgoing?.inFlight ?? 0)
      ? this.#incoming.announce(id)
      : violation("partsTooMany", "flood");
  }

  #isCurrent(generation: number): boolean {
    const { state } = this.#session;
    return state.name === "attached" && state.generation === generation;
  }

  #endTurn(now: number): void {
    const { backlog } = this.#session;
    // Whatever this turn brought (a slot, an acknowledgement, a drained transport), calls that waited for it go now.
    this.#outgoing?.release();
    if (this.#turn === "quiet" && this.#session.due(now)) {
      this.#turn = "flush asked";
      this.#emit({ type: "flush" });
    }
    if (backlog.length >= this.#enough || backlog.size >= this.#enough * SMALL_FRAME) {
      if (this.#turn === "flush asked") this.#enough = Math.min(this.#enough * 2, MOST_FRAMES);
      this.#write(now);
    }
    this.#weigh(now);
    this.#incoming.look();
    this.#finish();
  }

  /** After a hand-over: neither end waits for an answer here any more, and what we had to say has been written. */
  #finish(): void {
    if (this.#succession !== "handed over" || this.#incoming.awaited > 0) return;
    if (this.#outgoing !== undefined && this.#outgoing.inFlight > 0) return;
    if (this.#session.backlog.length > 0) return;
    this.#succession = "finished";
    this.#emit({ type: "finished" });
  }

  #write(now: number): void {
    while (this.#send(this.#session.write(now)));
    this.#resume();
  }

  /** What was written has made room, and has begun calls. */
  #resume(): void {
    this.#incoming.resume();
    this.#outgoing?.upstreams?.resume();
    this.#incoming.look();
  }

  /** False: there was nothing to send. */
  #send(data: Written | undefined): boolean {
    if (data !== undefined) this.#emit({ type: "send", generation: this.#generation, data });
    return data !== undefined;
  }

  /** Notes since when the backlog is above its hard bound. */
  #weigh(now: number): void {
    const { backlog, bulkSize, taken, state } = this.#session;
    const { outboundHardBytes } = this.#limits;
    // A large frame takes its time, and what is small goes before it; who takes nothing at all is slow.
    const stuck = bulkSize > outboundHardBytes && taken === this.#takenSeen;
    this.#takenSeen = taken;
    // Without a transport there is nothing to take it with.
    const slow = state.name === "attached" && (backlog.size > outboundHardBytes || stuck);
    if (!slow) this.#overSince = Infinity;
    else if (this.#overSince === Infinity) this.#overSince = now;
  }

  #beat(now: number): void {
    if (this.#send(this.#session.write(now, true))) this.#resume();
    this.#emit({ type: "ping" });
  }

  #drop(close: CloseName, now: number): void {
    this.#detach(now);
    this.#emit({ type: "drop", close });
  }

  #break(wrong: Violation, now: number): void {
    this.#detach(now);
    this.#overSince = Infinity;
    this.#emit({ type: "break", close: wrong.close, violation: wrong.name });
  }
}

/** What may be large. */
const mayComeInParts = ({ op: kind }: Frame): boolean => large.has(kind);
const large: ReadonlySet<number> = new Set([op.call, op.subscribe, op.result, op.error, op.event, op.gap, op.mark]);

/**
 * A peer: a conversation with hands. It holds one transport at a time, one alarm, and does what the machine says, in
 * order. Whatever happens is told to the machine first; nothing is decided here.
 */
import type { Alarm, Clock } from "../clock.js";
import type { StandardCode } from "../error/codes.js";
import { Conversation } from "../machine/conversation.js";
import type { Attach, ConversationEffect, ConversationInput } from "../machine/conversation-words.js";
import type { OutgoingCall } from "../machine/outgoing-call.js";
import { RefusedCalls } from "../machine/refused-calls.js";
import { type Data, type Written, whole } from "../protocol/blob.js";
import { type CloseName, closeCodes } from "../protocol/close-codes.js";
import { greeting } from "../protocol/encode.js";
import type { Limits } from "../protocol/limits.js";
import type { ViolationName } from "../protocol/violations.js";
import type { SharedMessage, Transport, TransportListener } from "../transport.js";
import type { Answering } from "./answering.js";
import { closeTransport } from "./close-transport.js";
import type { Incoming } from "./incoming.js";
import type { Caller } from "./outgoing.js";
import type { Pace } from "./pace.js";
import type { Sink } from "./sink.js";
import type { Speaker, Work } from "./work.js";

/** What a peer's owner hears. None of these may throw. */
export interface PeerOwner {
  /** The transport is gone; the session goes on. */
  detached(code: number): void;
  /** The other end broke the rules, or a bound: the session cannot go on. The transport is closed already. */
  broken(close: CloseName, violation: ViolationName): void;
  /** The other end wants us to come back on another transport, within this time. */
  goodbye?(spreadMs: number): void;
  /** The other end wants new credentials (at the client), or brings them (at the server). */
  renew?(auth: unknown): void;
  /** After a hand-over: nothing of ours is in flight here any more. */
  finished?(): void;
  /** What was kept with these tags is no longer true; `null`: all of it. */
  invalidated?(tags: readonly string[] | null): void;
  /** The transport has room again. */
  drained?(): void;
  /** Something has arrived that may tell of a change: an event, a call, the answer to what was no query. */
  news?(): void;
}

export interface PeerOptions {
  readonly role: "client" | "server";
  readonly limits: Limits;
  readonly clock: Clock;
  /** Absent: the other end's calls are refused. */
  readonly answering?: Answering | undefined;
  readonly owner: PeerOwner;
}

type Effect = ConversationEffect<Sink, Work>;

export class Peer implements Caller, Speaker {
  readonly #conversation: Conversation<Sink, Work>;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #incoming: Incoming | undefined;
  readonly #owner: PeerOwner;
  #transport: Transport | undefined;
  #successor: Peer | undefined;
  #generation = 0;
  #bytesReceived = 0;
  #confirmed = false;
  #congested = false;
  /** Of all sources that are asked here. Most ends of most conversations never need it. */
  #pace: Pace | undefined;
  #now = 0;
  /** Effects are being done: what is said meanwhile waits for its turn, so that order is kept. */
  #busy = false;
  /** What the owner hears when they are done: that this transport, or the session, is over. */
  #partings: (() => void)[] | undefined;

  constructor({ role, limits, clock, answering, owner }: PeerOptions) {
    this.#conversation = new Conversation({ role, limits, Calls: answering?.Calls ?? RefusedCalls });
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#tick());
    this.#owner = owner;
    this.#incoming = answering?.hands(this.#conversation, this);
  }

  /** How many numbered frames have arrived: what hello and welcome carry. */
  get received(): number {
    return this.#conversation.received;
  }

  /** When anything was last heard, or a transport was attached, by the peer's clock. */
  get heardAt(): number {
    return this.#conversation.heardAt;
  }

  /** Something has arrived on the latest transport: the other end goes on there, and knows what it was told. */
  get confirmed(): boolean {
    return this.#confirmed;
  }

  get attached(): boolean {
    return this.#transport !== undefined;
  }

  get holdings(): Conversation<Sink, Work>["holdings"] {
    return this.#conversation.holdings;
  }

  /** Goes on over this transport, whose hello and welcome have been said. One that is still held is taken over. */
  attach(transport: Transport, terms: Omit<Attach, "type" | "generation">): void {
    if (this.#conversation.state.name === "ended") return closeTransport(transport, "sessionGone");
    this.detach("takenOver");
    const generation = ++this.#generation;
    this.#transport = transport;
    this.#bytesReceived = transport.bytesReceived ?? 0;
    this.#confirmed = false;
    this.#congested = false;
    this.say({ type: "attach", generation, ...terms });
    transport.listen(new Line(this, generation));
  }

  /** From the transport of this generation. */
  message(generation: number, data: Data): void {
    if (generation === this.#generation) this.#confirmed = true;
    this.say({ type: "message", generation, data });
  }

  drained(generation: number): void {
    if (generation !== this.#generation) return;
    this.#congested = false;
    this.#owner.drained?.();
    if (!this.#congested) this.say({ type: "congested", generation, congested: false });
  }

  closed(generation: number, code: number): void {
    if (generation !== this.#generation || this.#transport === undefined) return;
    this.#transport = undefined;
    this.say({ type: "detach", generation });
    this.#owner.detached(code);
  }

  /** Lets go of the transport, at once; the session goes on without one. */
  detach(close: CloseName): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    this.#transport = undefined;
    this.say({ type: "detach", generation: this.#generation });
    closeTransport(transport, close);
  }

  /** The session is known to be over, before another one has begun: nobody waits for what it was asked. */
  lose(): void {
    this.say({ type: "lost" });
  }

  /** There is no transport, for this reason: calls that fail for want of one say so. */
  explainAbsence(reason: string): void {
    this.say({ type: "absent", reason });
  }

  /** Asks the other end to finish here and to come back elsewhere. */
  goodbye(spreadMs: number): void {
    this.#transport?.send(greeting({ type: "goodbye", spreadMs }));
  }

  /** More is unsent than should be: what can wait should. */
  get congested(): boolean {
    return this.#congested;
  }

  /** Says something that is for this transport only, before every frame that is not written yet. */
  saySoon(text: string): void {
    this.#sent(this.#transport?.send(text));
    this.#perform();
  }

  /** Asks the client for new credentials, or brings them to the server. */
  renew(auth?: unknown): void {
    this.#transport?.send(greeting({ type: "renew", ...(auth === undefined ? {} : { auth }) }));
  }

  /** Ends it all: calls fail with this code and what is known of each, handlers are aborted, nothing is held. */
  end(close: CloseName, code: StandardCode, message: string): void {
    this.detach(close);
    this.say({ type: "end", code, message });
    this.#pace?.clear();
    this.#alarm.clear();
  }

  /**
   * Another peer goes on in this one's place: it gets what waits, and every stream. What is in flight finishes here,
   * or, where the session is known to be `lost`, goes the way its kind allows.
   */
  handOver(successor: Peer, lost: boolean): void {
    this.#successor = successor;
    this.say({ type: "handOver", lost });
  }

  /** Takes calls over from another peer. */
  adopt(calls: readonly OutgoingCall<Sink>[]): void {
    for (const call of calls) this.say({ type: "adopt", call });
  }

  open(call: OutgoingCall<Sink>): void {
    this.say({ type: "call", call });
  }

  cancel(call: OutgoingCall<Sink>): void {
    this.say({ type: "cancel", call });
  }

  consume(call: OutgoingCall<Sink>, count: number): void {
    this.say({ type: "consume", call, count });
  }

  /** Whoever has sources to be asked brings the class along. */
  #paceOf(Class: typeof Pace): Pace {
    this.#pace ??= new Class(this.#clock);
    return this.#pace;
  }

  say(input: ConversationInput<Sink, Work>): void {
    this.#conversation.receive(input, this.#time());
    this.#perform();
  }

  /** It stands still while effects are done: what is said meanwhile is said at once. */
  #time(): number {
    if (!this.#busy) this.#now = this.#clock.now();
    return this.#now;
  }

  #tick(): void {
    const bytes = this.#transport?.bytesReceived ?? 0;
    // Part of a large message is a sign of life too.
    if (bytes !== this.#bytesReceived)
      this.#conversation.receive({ type: "alive", generation: this.#generation }, this.#time());
    this.#bytesReceived = bytes;
    this.#conversation.tick(this.#time());
    this.#perform();
  }

  #perform(): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (;;) {
        const effects = this.#conversation.take();
        for (const effect of effects) this.#do(effect);
        if (effects.length === 0 && !this.#incoming?.wake()) break;
      }
    } finally {
      this.#busy = false;
    }
    this.#alarm.set(this.#conversation.deadline);
    if (this.#partings !== undefined) this.#part(this.#partings);
  }

  /** The owner may end everything when it hears this: not while effects are being done, of which some are the end's. */
  #tell(parting: () => void): void {
    this.#partings ??= [];
    this.#partings.push(parting);
  }

  #part(partings: (() => void)[]): void {
    while (partings.length > 0) partings.shift()?.();
  }

  #write(message: Written): boolean | undefined {
    const transport = this.#transport;
    if (typeof message === "string" || transport?.sendPieces === undefined) return transport?.send(whole(message));
    return transport.sendPieces(message);
  }

  #share(message: SharedMessage): boolean | undefined {
    const transport = this.#transport;
    return transport?.sendShared === undefined ? transport?.send(message.text) : transport.sendShared(message);
  }

  /** When this turn is over, and with it what sources have ready. */
  readonly #flush = (): void => {
    if (this.#pace?.wait()) this.#clock.defer(this.#flush);
    else this.say({ type: "flush" });
  };

  /** False: the transport's buffers are full. */
  #sent(taken: boolean | undefined): void {
    if (taken !== false) return;
    this.#congested = true;
    this.#conversation.receive({ type: "congested", generation: this.#generation, congested: true }, this.#time());
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "send":
        // What was meant for a transport that has been taken over since is replayed on the one that took over.
        if (effect.generation !== this.#generation) return;
        this.#sent(this.#write(effect.data));
        return;
      case "share":
        if (effect.generation !== this.#generation) return;
        this.#sent(this.#share(effect.message));
        return;
      case "flush":
        this.#clock.defer(this.#flush);
        return;
      case "result":
        if (!effect.call.isQuery) this.#owner.news?.();
        effect.call.sink.result(effect.value, effect.blob);
        return;
      case "event":
        this.#owner.news?.();
        effect.call.sink.event(effect.value, effect.eventId, effect.blob);
        return;
      case "pull":
        this.#incoming?.pull(effect.call, this.#paceOf(this.#incoming.Pace));
        return;
      case "read": {
        const { source } = effect.call.sink;
        source?.ask(effect.call, this.#paceOf(source.Pace), this);
        return;
      }
      case "stop":
        effect.call.sink.source?.stop();
        return;
      case "failure":
        if (!effect.call.isQuery) this.#owner.news?.();
        effect.call.sink.failure(effect.error, effect.blob);
        return;
      case "end":
        this.#owner.news?.();
        effect.call.sink.end();
        return;
      case "gap":
        this.#owner.news?.();
        effect.call.sink.gap(effect.reason);
        return;
      case "ping":
        this.#transport?.ping();
        return;
      case "drop":
        this.detach(effect.close);
        this.#tell(() => this.#owner.detached(closeCodes[effect.close].code));
        return;
      case "break":
        this.detach(effect.close);
        this.#tell(() => this.#owner.broken(effect.close, effect.violation));
        return;
      case "goodbye":
        this.#owner.goodbye?.(effect.spreadMs);
        return;
      case "renew":
        this.#owner.renew?.(effect.auth);
        return;
      case "invalidate":
        this.#owner.invalidated?.(effect.tags);
        return;
      case "moved":
        this.#successor?.adopt(effect.calls);
        return;
      case "finished":
        this.#owner.finished?.();
        return;
      default:
        if (effect.type === "request") this.#owner.news?.();
        this.#incoming?.do(effect, this.#time());
    }
  }
}

/** What a peer hears of one of its transports. */
class Line implements TransportListener {
  readonly #peer: Peer;
  readonly #generation: number;

  constructor(peer: Peer, generation: number) {
    this.#peer = peer;
    this.#generation = generation;
  }

  message(data: Data): void {
    this.#peer.message(this.#generation, data);
  }

  alive(): void {
    this.#peer.say({ type: "alive", generation: this.#generation });
  }

  drained(): void {
    this.#peer.drained(this.#generation);
  }

  closed(code: number): void {
    this.#peer.closed(this.#generation, code);
  }
}

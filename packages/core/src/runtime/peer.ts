/**
 * A peer: a conversation with hands. Whatever happens is told to the machine first, with the time, and what the machine
 * says to it is done, in order, before anything else is: nothing is decided here. It has one line and one alarm.
 */
import type { Alarm, Clock } from "../clock.js";
import type { StandardCode } from "../error/codes.js";
import { Conversation } from "../machine/conversation.js";
import type { ConversationInput } from "../machine/conversation-words.js";
import type { OutgoingCall } from "../machine/outgoing-call.js";
import { RefusedCalls } from "../machine/refused-calls.js";
import type { CloseName } from "../protocol/close-codes.js";
import { greeting } from "../protocol/encode.js";
import type { Limits } from "../protocol/limits.js";
import type { Transport } from "../transport.js";
import type { Answering } from "./answering.js";
import { closeTransport } from "./close-transport.js";
import { Hands, type Successor } from "./hands.js";
import { Line, type Terms } from "./line.js";
import type { Caller } from "./outgoing.js";
import type { PeerOwner } from "./peer-owner.js";
import type { Sink } from "./sink.js";
import type { Speaker, Work } from "./work.js";

export interface PeerOptions {
  readonly role: "client" | "server";
  readonly limits: Limits;
  readonly clock: Clock;
  /** Absent: the other end's calls are refused. */
  readonly answering?: Answering | undefined;
  readonly owner: PeerOwner;
}

export class Peer implements Caller, Speaker, Successor {
  /** What carries it: where its transport is let go, or asked for. */
  readonly line: Line;
  readonly #conversation: Conversation<Sink, Work>;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #hands: Hands;
  #now = 0;
  /** Effects are being done: what is said meanwhile waits for its turn, so that order is kept. */
  #busy = false;

  constructor({ role, limits, clock, answering, owner }: PeerOptions) {
    this.#conversation = new Conversation({ role, limits, Calls: answering?.Calls ?? RefusedCalls });
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#tick());
    this.line = new Line(this, owner);
    const incoming = answering?.hands(this.#conversation, this);
    this.#hands = new Hands(this, { clock, line: this.line, incoming, owner });
  }

  /** How many numbered frames have arrived: what hello and welcome carry. */
  get received(): number {
    return this.#conversation.received;
  }

  /** When anything was last heard, or a transport was attached, by the peer's clock. */
  get heardAt(): number {
    return this.#conversation.heardAt;
  }

  get holdings(): Conversation<Sink, Work>["holdings"] {
    return this.#conversation.holdings;
  }

  /** Goes on over this transport, whose hello and welcome have been said. One that is still held is taken over. */
  attach(transport: Transport, terms: Terms): void {
    if (this.#conversation.state.name === "ended") closeTransport(transport, "sessionGone");
    else this.line.attach(transport, terms);
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
    this.line.saySoon(greeting({ type: "goodbye", spreadMs }));
  }

  /** Asks the client for new credentials, or brings them to the server. */
  renew(auth?: unknown): void {
    this.line.saySoon(greeting({ type: "renew", ...(auth === undefined ? {} : { auth }) }));
  }

  /** Ends it all: calls fail with this code and what is known of each, handlers are aborted, nothing is held. */
  end(close: CloseName, code: StandardCode, message: string): void {
    this.line.detach(close);
    this.say({ type: "end", code, message });
    this.#hands.rest();
    this.#alarm.clear();
  }

  /**
   * Another peer goes on in this one's place: it gets what waits, and every stream. What is in flight finishes here,
   * or, where the session is known to be `lost`, goes the way its kind allows.
   */
  handOver(successor: Successor, lost: boolean): void {
    this.#hands.follow(successor);
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
    this.line.look();
    this.#conversation.tick(this.#time());
    this.#perform();
  }

  #perform(): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (;;) {
        const effects = this.#conversation.take();
        for (const effect of effects) this.#hands.do(effect, this.#now);
        if (effects.length === 0 && !this.#hands.wake()) break;
      }
    } finally {
      this.#busy = false;
    }
    this.#alarm.set(this.#conversation.deadline);
    this.#hands.part();
  }
}

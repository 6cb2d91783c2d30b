/**
 * The hands of a peer: they do what the machine says, one effect after the other, and bring each to whom it is for: the
 * transport, whoever made a call, whoever answers one, or the owner. They decide two things, which the machine knows
 * nothing of: at what pace sources are asked, and that the owner hears of an end when everything else is done.
 */
import type { Clock } from "../clock.js";
import type { ConversationEffect } from "../machine/conversation-words.js";
import type { OutgoingCall } from "../machine/outgoing-call.js";
import { closeCodes } from "../protocol/close-codes.js";
import type { Incoming } from "./incoming.js";
import type { Line } from "./line.js";
import type { Pace } from "./pace.js";
import type { PeerOwner } from "./peer-owner.js";
import type { Sink } from "./sink.js";
import type { Speaker, Work } from "./work.js";

type Effect = ConversationEffect<Sink, Work>;
type Parting = Extract<Effect, { type: "drop" | "break" }>;

/** Who goes on in a peer's place. */
export interface Successor {
  /** Takes calls over. */
  adopt(calls: readonly OutgoingCall<Sink>[]): void;
}

export interface HandsOptions {
  readonly clock: Clock;
  readonly line: Line;
  /** Absent: nobody answers here. */
  readonly incoming: Incoming | undefined;
  readonly owner: PeerOwner;
}

export class Hands {
  readonly #speaker: Speaker;
  readonly #clock: Clock;
  readonly #line: Line;
  readonly #incoming: Incoming | undefined;
  readonly #owner: PeerOwner;
  /** Of all sources that are asked here. Most ends of most conversations never need it. */
  #pace: Pace | undefined;
  /** What the owner hears at last: that this transport, or the session, is over. */
  #partings: Parting[] | undefined;
  #successor: Successor | undefined;

  constructor(speaker: Speaker, { clock, line, incoming, owner }: HandsOptions) {
    this.#speaker = speaker;
    this.#clock = clock;
    this.#line = line;
    this.#incoming = incoming;
    this.#owner = owner;
  }

  do(effect: Effect, now: number): void {
    switch (effect.type) {
      case "send":
        return this.#line.write(effect.data, effect.generation);
      case "share":
        return this.#line.share(effect.message, effect.generation);
      case "flush":
        return this.#clock.defer(this.#flush);
      case "result":
        if (!effect.call.isQuery) this.#owner.news?.();
        return effect.call.sink.result(effect.value, effect.blob);
      case "event":
        this.#owner.news?.();
        return effect.call.sink.event(effect.value, effect.eventId, effect.blob);
      case "pull":
        return this.#incoming?.pull(effect.call, this.#paceOf(this.#incoming.Pace));
      case "read": {
        const { source } = effect.call.sink;
        return source?.ask(effect.call, this.#paceOf(source.Pace), this.#speaker);
      }
      case "stop":
        return effect.call.sink.source?.stop();
      case "failure":
        if (!effect.call.isQuery) this.#owner.news?.();
        return effect.call.sink.failure(effect.error, effect.blob);
      case "end":
        this.#owner.news?.();
        return effect.call.sink.end();
      case "gap":
        this.#owner.news?.();
        return effect.call.sink.gap(effect.reason);
      case "ping":
        return this.#line.ping();
      case "drop":
      case "break":
        this.#line.detach(effect.close);
        this.#partings ??= [];
        this.#partings.push(effect);
        return;
      case "goodbye":
        return this.#owner.goodbye?.(effect.spreadMs);
      case "renew":
        return this.#owner.renew?.(effect.auth);
      case "invalidate":
        return this.#owner.invalidated?.(effect.tags);
      case "moved":
        return this.#successor?.adopt(effect.calls);
      case "finished":
        return this.#owner.finished?.();
      default:
        if (effect.type === "request") this.#owner.news?.();
        this.#incoming?.do(effect, now);
    }
  }

  /** All effects are done: one source is told that its stream takes something again. False: there is none. */
  wake(): boolean | undefined {
    return this.#incoming?.wake();
  }

  /** Everything is done. The owner may end everything when it hears this. */
  part(): void {
    for (;;) {
      const parting = this.#partings?.shift();
      if (parting === undefined) return;
      if (parting.type === "drop") this.#owner.detached(closeCodes[parting.close].code);
      else this.#owner.broken(parting.close, parting.violation);
    }
  }

  /** Calls that this peer gives away are for this one. */
  follow(successor: Successor): void {
    this.#successor = successor;
  }

  /** All is over: no source is asked any more. */
  rest(): void {
    this.#pace?.clear();
  }

  /** Whoever has sources to be asked brings the class along. */
  #paceOf(Class: typeof Pace): Pace {
    this.#pace ??= new Class(this.#clock);
    return this.#pace;
  }

  /** When this turn is over, and with it what sources have ready. */
  readonly #flush = (): void => {
    if (this.#pace?.wait()) this.#clock.defer(this.#flush);
    else this.#speaker.say({ type: "flush" });
  };
}

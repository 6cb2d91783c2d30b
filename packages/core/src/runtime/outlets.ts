/** The streams of one conversation that shared sources feed: what the sources do goes to the machine. */
import type { Conversation } from "../machine/conversation.js";
import type { ConversationInput } from "../machine/conversation-words.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { Joining, Portion } from "../machine/joined-streams.js";
import type { SharedMessage } from "../transport.js";
import { type Answerer, failure } from "./answerer.js";
import type { Fed, Outlet } from "./open-stream.js";
import type { Sink } from "./sink.js";
import type { Speaker, Work } from "./work.js";

type Call = IncomingCall<Work>;

export class Outlets implements Speaker {
  readonly #conversation: Conversation<Sink, Work>;
  readonly #answerer: Answerer;
  readonly #speaker: Speaker;

  constructor(conversation: Conversation<Sink, Work>, answerer: Answerer, speaker: Speaker) {
    this.#conversation = conversation;
    this.#answerer = answerer;
    this.#speaker = speaker;
  }

  get messageBytes(): number {
    return this.#conversation.peerMessageBytes;
  }

  outlet(call: Call): Outlet {
    return new CallOutlet(this, call);
  }

  room(call: Call): number {
    return this.#conversation.room(call);
  }

  say(input: ConversationInput<Sink, Work>): void {
    this.#speaker.say(input);
  }

  fail(call: Call, error: unknown): void {
    if (call.work !== undefined) this.say(failure(call, this.#answerer.explain(error, call.work)));
  }
}

/** There are as many as there are joined streams: it holds its call, and nothing else of its own. */
class CallOutlet implements Outlet {
  readonly #outlets: Outlets;
  readonly #call: Call;

  constructor(outlets: Outlets, call: Call) {
    this.#outlets = outlets;
    this.#call = call;
  }

  get reader(): object {
    return this.#outlets;
  }

  get room(): number {
    return this.#outlets.room(this.#call);
  }

  get messageBytes(): number {
    return this.#outlets.messageBytes;
  }

  get signal(): AbortSignal | undefined {
    return this.#call.work?.signal;
  }

  mark(eventId: string): void {
    this.#outlets.say({ type: "mark", call: this.#call, eventId });
  }

  open(fed: Fed): void {
    if (this.#call.work !== undefined) this.#call.work.fed = fed;
    this.#outlets.say({ type: "share", call: this.#call });
  }

  standsAt(topic: number, offset: number): boolean {
    const { standing } = this.#call;
    return standing?.topic === topic && standing.fed === offset;
  }

  join(at: Joining): void {
    this.#outlets.say({ type: "join", call: this.#call, at });
  }

  feed(message: SharedMessage, { to, count }: Portion): void {
    this.#outlets.say({ type: "feed", call: this.#call, message, to, count });
  }

  finish(): void {
    this.#outlets.say({ type: "finish", call: this.#call });
  }

  fail(error: unknown): void {
    this.#outlets.fail(this.#call, error);
  }
}

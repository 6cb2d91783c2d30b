/**
 * A conversation with hands that do everything at once: what the runtime's peer is, without a promise. Each turn of the
 * machine is watched; none may throw (I13), and none may accuse the other end, which is as honest as this one (I14).
 */
import type { Alarm } from "../clock.js";
import { Conversation } from "../machine/conversation.js";
import type { Attach, ConversationEffect, ConversationInput } from "../machine/conversation-words.js";
import { IncomingCalls } from "../machine/incoming-calls.js";
import { whole } from "../protocol/blob.js";
import { type CloseName, closeCodes } from "../protocol/close-codes.js";
import type { Limits } from "../protocol/limits.js";
import type { Transport } from "../transport.js";
import type { CallRecord } from "./call-record.js";
import type { Asked, Job, Script } from "./script.js";
import type { Sources } from "./sources.js";
import type { Trace } from "./trace.js";
import { TurnWatch } from "./turn-watch.js";
import type { VirtualClock } from "./virtual-clock.js";
import { jsonOf } from "./wire-batch.js";
import type { Role, WireWatch } from "./wire-watch.js";

type Input = ConversationInput<CallRecord, Job>;
type Effect = ConversationEffect<CallRecord, Job>;

/** What all speakers of a world share. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly wire: WireWatch;
  readonly script: Script;
  readonly sources: Sources;
}

export interface SpeakerOptions {
  readonly name: string;
  readonly role: Role;
  readonly limits: Limits;
  readonly around: Surroundings;
  /** The transport is gone; the session goes on, unless the code ends it. */
  detached(code: number): void;
  /** A bound was broken: the session cannot go on. */
  broken(): void;
}

export class Speaker implements Asked {
  readonly conversation: Conversation<CallRecord, Job>;
  /** Names the session; the same at both ends. */
  session = "";
  /** False once the process has crashed: nothing is heard and nothing happens any more. */
  alive = true;
  readonly options: SpeakerOptions;
  #transport: Transport | undefined;
  #generation = 0;
  /** What is still to be done of this turn and of those within it. */
  readonly #pending: Effect[] = [];
  #busy = false;
  readonly #alarm: Alarm;
  readonly #watch: TurnWatch;

  constructor(options: SpeakerOptions) {
    const { role, limits, around } = options;
    this.options = options;
    this.conversation = new Conversation({ role, limits, Calls: IncomingCalls });
    this.#watch = new TurnWatch(this.conversation, { name: options.name, limits, trace: around.trace });
    this.#alarm = around.clock.alarm(() => this.#turn(() => this.conversation.tick(around.clock.now())));
  }

  get name(): string {
    return this.options.name;
  }

  get attached(): boolean {
    return this.#transport !== undefined;
  }

  say(input: Input): void {
    if (!this.alive) return;
    const { clock } = this.options.around;
    const stale = input.type === "message" && !this.#isCurrent(input.generation);
    this.#turn(() => this.conversation.receive(input, clock.now()), stale);
  }

  /** Goes on over this transport. The old one is closed `closeLateMs` later: until then it may still bring messages. */
  attach(
    transport: Transport,
    terms: Omit<Attach, "type" | "generation"> & { session: string },
    closeLateMs = 0,
  ): void {
    this.detach("takenOver", closeLateMs);
    this.session = terms.session;
    this.#transport = transport;
    const generation = ++this.#generation;
    this.options.around.wire.resume(terms.session, this.options.role, terms.received, terms.peer.upstreamBytes);
    this.say({ type: "attach", generation, ...terms });
    transport.listen({
      message: (data) => this.say({ type: "message", generation, data }),
      alive: () => this.say({ type: "alive", generation }),
      drained: () => this.say({ type: "congested", generation, congested: false }),
      closed: (code) => {
        if (generation !== this.#generation || this.#transport === undefined || !this.alive) return;
        this.options.around.trace.say(this.name, `closed ${code}`);
        this.#transport = undefined;
        this.say({ type: "detach", generation });
        this.options.detached(code);
      },
    });
  }

  /** Lets go of the transport; the session goes on without one. */
  detach(close: CloseName, lateMs = 0): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    this.#transport = undefined;
    this.say({ type: "detach", generation: this.#generation });
    const { code, reason } = closeCodes[close];
    if (lateMs === 0) transport.close(code, reason);
    else this.options.around.clock.after(lateMs, () => transport.close(code, reason));
  }

  /** Ends the session: what is open fails. */
  end(close: CloseName): void {
    this.detach(close);
    this.say({ type: "end", code: "UNAVAILABLE", message: "the session has ended" });
    this.#alarm.clear();
  }

  /** The process dies: nobody is told. */
  die(): void {
    this.alive = false;
    this.#alarm.clear();
  }

  #isCurrent(generation: number): boolean {
    return this.#transport !== undefined && generation === this.#generation;
  }

  /** Lets the machine act, looks at what came of it, and does it. */
  #turn(act: () => void, stale = false): void {
    const { trace, clock } = this.options.around;
    const look = this.#watch.begin(stale);
    let effects: readonly Effect[];
    try {
      act();
      effects = this.conversation.take();
    } catch (error) {
      throw trace.broken("I13", `${this.name} throws: ${String(error)}`);
    }
    look(effects);
    this.#watch.end(clock.now());
    this.#perform(effects);
  }

  /** Effects of inner turns wait for those of the outer one, so that order is kept. */
  #perform(effects: readonly Effect[]): void {
    this.#pending.push(...effects);
    if (this.#busy) return;
    this.#busy = true;
    for (let effect = this.#pending.shift(); effect !== undefined; effect = this.#pending.shift()) this.#do(effect);
    this.#busy = false;
    if (this.alive) this.#alarm.set(this.conversation.deadline);
  }

  #do(effect: Effect): void {
    const { name, role, around } = this.options;
    const { trace, clock, script, sources } = around;
    if (effect.type === "send") this.#send(effect);
    else if (effect.type === "share") this.#share(effect);
    else if (effect.type === "flush") clock.defer(() => this.say({ type: "flush" }));
    else if (effect.type === "ping") this.#transport?.ping();
    else {
      trace.say(name, "call" in effect ? `${effect.type} ${describe(effect)}` : effect.type);
      switch (effect.type) {
        case "request":
          return script.start(this, effect.call);
        case "pull":
          return script.pull(this, effect.call);
        case "wake":
          return script.wake(this, effect.call);
        case "placed":
          return script.placed(effect.call, effect.offset);
        case "abort":
          return script.abort(this, effect.call);
        case "item":
          return script.item(this, effect.call, effect.value, effect.blob);
        case "complete":
          return script.complete(this, effect.call);
        case "read":
          return sources.read(this, effect.call);
        case "stop":
          return effect.call.sink.sourceEnds();
        case "result":
          return effect.call.sink.result(effect.value, effect.blob);
        case "failure":
          return effect.call.sink.failure(effect.error);
        case "event":
          return effect.call.sink.event(effect.value, effect.blob);
        case "gap":
          return effect.call.sink.gap();
        case "end":
          return effect.call.sink.end();
        case "drop":
          this.detach(effect.close);
          return this.options.detached(closeCodes[effect.close].code);
        case "break":
          trace.check(effect.close === "slowReader", "I14", () => `${name} (${role}) accuses: ${effect.violation}`);
          this.#watch.judged(clock.now());
          this.detach(effect.close);
          return this.options.broken();
      }
    }
  }

  #share({ generation, message }: Extract<Effect, { readonly type: "share" }>): void {
    if (generation !== this.#generation) return;
    const { name, role, around } = this.options;
    around.wire.share(this.session, role, message.text);
    around.trace.say(name, `sends ${message.text.slice(0, 60)}`);
    if (this.#transport?.send(message.text) === false) this.say({ type: "congested", generation, congested: true });
  }

  #send({ generation, data }: Extract<Effect, { readonly type: "send" }>): void {
    // Said on a transport that was replaced within this turn: it is said again on the next.
    if (generation !== this.#generation) return;
    const { name, role, limits, around } = this.options;
    const message = whole(data);
    around.wire.write(this.session, { from: role, replayBytes: limits.replayBytes }, message);
    const text = jsonOf(message);
    around.trace.say(name, `sends ${text.length > 60 ? `${text.slice(0, 60)}… ${text.length}` : text}`);
    if (this.#transport?.send(message) === false) {
      this.say({ type: "congested", generation, congested: true });
    }
  }
}

const describe = (effect: Extract<Effect, { readonly call: unknown }>) => {
  const { call } = effect;
  if ("sink" in call)
    return effect.type === "failure" ? `${call.sink} ${effect.error.code} ${effect.error.outcome}` : `${call.sink}`;
  return `#${call.id}`;
};

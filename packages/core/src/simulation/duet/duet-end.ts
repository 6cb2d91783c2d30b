/**
 * One end of a duet: a real conversation whose hands do nothing by themselves. What it writes waits on its line, what
 * its handlers have to do waits in `jobs`, until whoever conducts says so. Every turn is watched as in a world.
 */
import { Conversation } from "../../machine/conversation.js";
import type { Attach, ConversationEffect, ConversationInput } from "../../machine/conversation-words.js";
import type { IncomingCall } from "../../machine/incoming-call.js";
import { IncomingCalls } from "../../machine/incoming-calls.js";
import type { OutgoingCall } from "../../machine/outgoing-call.js";
import { type Data, type Encoded, whole } from "../../protocol/blob.js";
import { topicEvents, topicItem } from "../../protocol/encode.js";
import type { Limits } from "../../protocol/limits.js";
import { withBytes } from "../bytes.js";
import type { CallRecord } from "../call-record.js";
import type { Trace } from "../trace.js";
import { TurnWatch } from "../turn-watch.js";
import type { Role, WireWatch } from "../wire-watch.js";
import { Said } from "./said.js";

/** `next`: event of the stream; `item`: the last of the upstream. */
type Work = { readonly record: CallRecord; next: number; item: number };
type Input = ConversationInput<CallRecord, Work>;
type Effect = ConversationEffect<CallRecord, Work>;

/** `answer`: a handler has its value. `open`: a source is ready. `pull`: it was asked for an event. `feed`: a topic may. `stop`: it was aborted. */
export interface DuetJob {
  readonly type: "answer" | "open" | "pull" | "feed" | "stop";
  readonly call: IncomingCall<Work>;
}

export interface DuetEndOptions {
  readonly role: Role;
  readonly limits: Limits;
  readonly trace: Trace;
  readonly wire: WireWatch;
  /** Every call of the duet, by its number. */
  readonly records: readonly CallRecord[];
  /** A caller hears something: an item or the end of it all. */
  heard(record: CallRecord, what: unknown): void;
  now(): number;
}

/** A third of what a play's ends take: three items are under way, and credit has to be said again and again. */
const ITEM_SIZE = 280;

export class DuetEnd {
  readonly conversation: Conversation<CallRecord, Work>;
  readonly jobs: DuetJob[] = [];
  /** Calls whose source was asked for an item, and calls with an item that the handler has not taken, one for each. */
  readonly reads: OutgoingCall<CallRecord>[] = [];
  readonly untaken: IncomingCall<Work>[] = [];
  session = "";
  generation = 0;
  said = new Said();
  /** Where what is written goes. */
  #write: (data: Data) => void = () => {};
  readonly #options: DuetEndOptions;
  readonly #watch: TurnWatch;

  constructor(options: DuetEndOptions) {
    const { role, limits, trace } = options;
    this.#options = options;
    this.conversation = new Conversation({ role, limits, Calls: IncomingCalls });
    this.#watch = new TurnWatch(this.conversation, { name: role, limits, trace });
  }

  get attached(): boolean {
    return this.conversation.state.name === "attached";
  }

  attach(terms: Omit<Attach, "type" | "generation">, session: string, write: (data: Data) => void): void {
    if (session !== this.session) this.said = new Said();
    this.session = session;
    this.#write = write;
    this.#options.wire.resume(session, this.#options.role, terms.received, terms.peer.upstreamBytes);
    this.say({ type: "attach", generation: ++this.generation, ...terms });
  }

  say(input: Input): void {
    const { state } = this.conversation;
    const current = state.name === "attached" && "generation" in input && input.generation === state.generation;
    const stale = input.type === "message" && !current;
    this.#turn(() => this.conversation.receive(input, this.#options.now()), stale);
  }

  tick(): void {
    this.#turn(() => this.conversation.tick(this.#options.now()));
  }

  /** Lets a handler do what it has to do. Streams that resume by id go on from there; all values are the script's. */
  do(job: DuetJob): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    const { call, type } = job;
    const { record } = call.work!;
    const { number, events } = record.plan;
    if (type === "stop") return this.say({ type: "fail", call, error: { code: "CANCELLED", message: "" } });
    if (type === "open") return this.say({ type: record.plan.joined ? "share" : "ready", call });
    if (type === "feed") return this.#feed(call);
    if (type === "answer")
      return this.say({ type: "reply", call, value: this.#produce(record, `{"of":${number}}`, 0) });
    const event = call.work!.next++;
    if (event > events) return this.say({ type: "finish", call });
    record.produced = Math.max(record.produced, event);
    const value = this.#produce(record, `{"of":${number},"event":${event}}`, event);
    this.say({ type: "event", call, value, eventId: String(event) });
  }

  /** Lets a source give what it was asked for. */
  give(call: OutgoingCall<CallRecord>): void {
    this.reads.splice(this.reads.indexOf(call), 1);
    const { number, itemBytes } = call.sink.plan;
    const value = call.sink.give((item) => {
      const pad = "i".repeat(Math.max(0, ITEM_SIZE - itemBytes));
      return withBytes(`{"item":${item},"pad":"${pad}"}`, number * 100 + item, itemBytes);
    });
    this.say(value === undefined ? { type: "exhausted", call } : { type: "supply", call, value });
  }

  /** Lets a handler take the next item of an upstream. */
  take(call: IncomingCall<Work>): void {
    this.untaken.splice(this.untaken.indexOf(call), 1);
    this.say({ type: "take", call, count: 1 });
  }

  #item(call: IncomingCall<Work>, value: unknown, blob: Uint8Array | undefined): void {
    const work = call.work!;
    const { trace } = this.#options;
    const { item } = value as { readonly item: number };
    work.record.item(item, value, blob);
    trace.check(item === work.item + 1, "I4", () => `item ${item} of ${work.record} after ${work.item}`);
    work.item = item;
    this.untaken.push(call);
  }

  #complete({ work }: IncomingCall<Work>): void {
    const { record, item } = work!;
    const { trace } = this.#options;
    trace.check(item === record.plan.items, "I4", () => `${record} is complete after item ${item}`);
    record.isComplete = true;
  }

  /** Two events at most, so that a stream takes several messages. */
  #feed(call: IncomingCall<Work>): void {
    const room = this.conversation.room(call);
    if (room === 0) return;
    const { record, next } = call.work!;
    const { number, events } = record.plan;
    const offset = next - 1;
    if (call.standing?.fed !== offset) {
      return this.say({ type: "join", call, at: { topic: call.id, offset, gap: undefined } });
    }
    const count = Math.min(room, 2, events - offset);
    // It does not end by itself: wherever the line is cut, all of it must be heard.
    if (count === 0) return;
    const items = Array.from({ length: count }, (_, index) => {
      const value = `{"of":${number},"event":${next + index}}`;
      record.produce(value);
      return topicItem(String(next + index), value);
    });
    call.work!.next += count;
    const to = offset + count;
    record.produced = Math.max(record.produced, to);
    const text = topicEvents(call.id, offset, to, items);
    this.say({ type: "feed", call, to, count, message: { text, bytes: text.length, framed: undefined } });
    if (this.conversation.room(call) > 0) this.jobs.push({ type: "feed", call });
  }

  #produce(record: CallRecord, text: string, seed: number): Exclude<Encoded, undefined> {
    const value = withBytes(text, seed, record.plan.valueBytes);
    record.produce(value);
    return value;
  }

  #turn(act: () => void, stale = false): void {
    const { trace, role } = this.#options;
    const look = this.#watch.begin(stale);
    let effects: readonly Effect[];
    try {
      act();
      effects = this.conversation.take();
    } catch (error) {
      throw trace.broken("I13", `${role} throws: ${String(error)}`);
    }
    look(effects);
    this.#watch.end(this.#options.now());
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    const { trace, role, wire, limits } = this.#options;
    switch (effect.type) {
      case "send": {
        const message = whole(effect.data);
        wire.write(this.session, { from: role, replayBytes: limits.replayBytes }, message);
        this.said.note(message);
        return this.#write(message);
      }
      case "share":
        wire.share(this.session, role, effect.message.text);
        return this.#write(effect.message.text);
      case "wake":
        return void this.jobs.push({ type: "feed", call: effect.call });
      case "placed":
        effect.call.work!.next = effect.offset + 1;
        return;
      case "flush":
        return this.say({ type: "flush" });
      case "request":
        return this.#start(effect.call);
      case "pull":
        return void this.jobs.push({ type: "pull", call: effect.call });
      case "abort":
        return this.#stop(effect.call);
      case "read":
        effect.call.sink.read();
        return void this.reads.push(effect.call);
      case "stop":
        return effect.call.sink.sourceEnds();
      case "item":
        return this.#item(effect.call, effect.value, effect.blob);
      case "complete":
        return this.#complete(effect.call);
      case "drop":
      case "break":
        throw trace.broken("I14", `${role} lets go of a line: ${effect.close}`);
      case "result":
      case "failure":
      case "event":
      case "gap":
      case "end":
        return this.#tell(effect);
    }
  }

  /** Something for a caller. */
  #tell(effect: Extract<Effect, { readonly type: "result" | "failure" | "event" | "gap" | "end" }>): void {
    const { sink } = effect.call;
    const { heard } = this.#options;
    if (effect.type === "gap" || effect.type === "end") {
      sink[effect.type]();
      heard(sink, effect.type);
    } else if (effect.type === "failure") {
      sink.failure(effect.error);
      heard(sink, `${effect.error.code} ${effect.error.outcome}`);
    } else {
      sink[effect.type](effect.value, effect.blob);
      heard(sink, effect.value);
    }
  }

  #start(call: IncomingCall<Work>): void {
    const { number } = call.input as { readonly number: number };
    const record = this.#options.records[number]!;
    record.start(this.session, call.blob);
    call.work = { record, next: Number(call.lastEventId ?? 0) + 1, item: 0 };
    this.jobs.push({ type: call.balance === undefined ? "answer" : "open", call });
  }

  /** What was still to be done of this call is not done any more. */
  #stop(call: IncomingCall<Work>): void {
    const rest = this.jobs.filter((job) => job.call !== call);
    this.jobs.splice(0, this.jobs.length, ...rest, { type: "stop", call });
  }
}

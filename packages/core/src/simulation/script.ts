/**
 * The handlers of both ends, written by the seed: it chooses how long each works, what it answers, in which order they
 * are done, and whether one stops when it is told to.
 */
import type { Conversation } from "../machine/conversation.js";
import type { ConversationInput } from "../machine/conversation-words.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { Limits } from "../protocol/limits.js";
import { withBytes } from "./bytes.js";
import type { CallRecord } from "./call-record.js";
import type { Random } from "./random.js";
import { topicTurn } from "./topic-script.js";
import type { Trace } from "./trace.js";
import type { VirtualClock } from "./virtual-clock.js";

/** The work behind one incoming call. */
export interface Job {
  readonly record: CallRecord;
  /** Subscriptions: number of the next event. */
  next: number;
  /** It was told to stop. */
  aborted: boolean;
  /** Of its upstream: number of the last item, the sizes of those not taken, and whether more may come. */
  item: number;
  unread: number[];
  upstream: "open" | "complete" | "declined";
  declinedAt: number;
  /** It answers, or its stream ends, when its upstream is over; `ends`: now that is all it waits for. */
  waits: boolean;
  ends: boolean;
}

type Call = IncomingCall<Job>;

/** Who is asked: an end of a conversation. */
export interface Asked {
  readonly name: string;
  readonly session: string;
  readonly options: { readonly limits: Pick<Limits, "calls" | "subscriptions" | "upstreamBytes" | "upstreams"> };
  /** False once its process has crashed: its handlers are gone with it. */
  readonly alive: boolean;
  readonly conversation: Pick<Conversation<CallRecord, Job>, "state" | "room" | "peerMessageBytes">;
  say(input: ConversationInput<CallRecord, Job>): void;
}

export class Script {
  /** While it is so, handlers are as slow as the seed likes; afterwards they are quick. */
  busy = true;
  readonly #clock: VirtualClock;
  readonly #trace: Trace;
  readonly #random: Random;
  readonly #records: readonly CallRecord[];
  /** What runs at each end of each session: counted here, whatever the machines count. */
  readonly #running = new Map<string, Set<Call>>();

  /** `records`: every call of the world, by its number. */
  constructor({ clock, trace }: { clock: VirtualClock; trace: Trace }, random: Random, records: readonly CallRecord[]) {
    this.#clock = clock;
    this.#trace = trace;
    this.#random = random;
    this.#records = records;
  }

  start(asked: Asked, call: Call): void {
    const { number } = call.input as { readonly number: number };
    const record = this.#records[number]!;
    record.start(asked.session, call.blob);
    call.priority = record.plan.priority;
    const waits = record.plan.items !== undefined && this.#random.chance(0.7);
    call.work = {
      record,
      next: 1,
      aborted: false,
      item: 0,
      unread: [],
      upstream: "open",
      declinedAt: 0,
      waits,
      ends: false,
    };
    this.#count(asked, call);
    // Some outlive a session.
    const mostMs = this.#random.chance(0.1) ? 6_000 : 800;
    if (waits && call.balance === undefined) return;
    if (call.balance === undefined) this.#later(mostMs, () => this.#answer(asked, call));
    else this.#later(100, () => this.#open(asked, call));
  }

  pull(asked: Asked, call: Call): void {
    const quick = this.#random.chance(0.5);
    this.#later(quick ? 0 : 200, () => this.#produce(asked, call));
  }

  /** A stream that a topic feeds takes something again. */
  wake(asked: Asked, call: Call): void {
    this.#later(this.#random.chance(0.5) ? 0 : 200, () => this.#feed(asked, call));
  }

  /** Its reader stands here. */
  placed(call: Call, offset: number): void {
    call.work!.next = offset + 1;
  }

  abort(asked: Asked, call: Call): void {
    const { work } = call;
    if (work === undefined) return;
    work.aborted = true;
    // A handler may stop when told, or finish first: its own answer settles it then.
    const stops = call.balance !== undefined || work.waits || this.#random.chance(0.5);
    const error = { code: "CANCELLED", message: "" };
    if (stops) this.#later(300, () => this.#settle(asked, { type: "fail", call, error }));
  }

  /** The next item of an upstream arrives: as it was given, in order, once each, never more than granted (I3, I4, I6). */
  item(asked: Asked, call: Call, value: unknown, blob: Uint8Array | undefined): void {
    const { work } = call;
    if (work === undefined) return;
    const { of, item } = value as { readonly of: number; readonly item: number };
    if (this.#hasJustDeclined(work)) return;
    const fits = of === work.record.plan.number && item === work.item + 1 && work.upstream === "open";
    this.#trace.check(
      fits,
      "I4",
      () => `item ${item} of call ${of} after ${work.item} of ${work.record}, ${work.upstream}`,
    );
    work.record.item(item, value, blob);
    work.item = item;
    work.unread.push(32 + JSON.stringify(value).length + (blob?.length ?? 0));
    const held = work.unread.reduce((sum, size) => sum + size, 0);
    const { upstreamBytes } = asked.options.limits;
    this.#trace.check(held <= upstreamBytes, "I6", () => `${work.record} has ${held} unread, bound ${upstreamBytes}`);
    if (this.#random.chance(0.02)) return this.#decline(asked, call);
    this.#later(this.#random.chance(0.2) ? 800 : 10, () => this.#take(asked, call));
  }

  /** An upstream is complete: then all of it has arrived. */
  complete(asked: Asked, call: Call): void {
    const { work } = call;
    if (work === undefined || this.#hasJustDeclined(work)) return;
    const isWhole = work.item === work.record.plan.items && work.upstream === "open";
    this.#trace.check(isWhole, "I4", () => `${work.record} is complete after item ${work.item}, ${work.upstream}`);
    work.upstream = "complete";
    this.#afterUpstream(asked, call);
  }

  #take(asked: Asked, call: Call): void {
    const { unread } = call.work!;
    const count = this.#random.chance(0.5) ? 1 : unread.length;
    if (unread.length === 0 || !asked.alive) return;
    unread.splice(0, count);
    asked.say({ type: "take", call, count });
    if (unread.length > 0) this.#later(10, () => this.#take(asked, call));
  }

  /** What came in the same message was under way already. */
  #hasJustDeclined({ upstream, declinedAt }: Job): boolean {
    return upstream === "declined" && declinedAt === this.#clock.now();
  }

  #decline(asked: Asked, call: Call): void {
    call.work!.upstream = "declined";
    call.work!.declinedAt = this.#clock.now();
    asked.say({ type: "decline", call });
    this.#afterUpstream(asked, call);
  }

  #afterUpstream(asked: Asked, call: Call): void {
    const work = call.work!;
    if (!work.waits || (call.balance !== undefined && !work.ends)) return;
    const act = () => (call.balance === undefined ? this.#answer(asked, call) : this.#finish(asked, call));
    this.#later(200, () => asked.alive && !work.aborted && act());
  }

  #later(mostMs: number, task: () => void): void {
    const bound = this.busy ? mostMs : Math.min(mostMs, 20);
    this.#clock.after(this.#random.int(bound + 1), task);
  }

  #answer(asked: Asked, call: Call): void {
    const { record } = call.work!;
    if (!asked.alive) return;
    this.#expectTold(asked, call);
    if (this.#random.chance(0.1)) {
      return this.#settle(asked, { type: "fail", call, error: { code: "ABORTED", message: "the handler failed" } });
    }
    const draw = this.#random.bits();
    const text = JSON.stringify({ of: record.plan.number, draw, pad: padding(record) });
    const value = withBytes(text, draw, record.plan.valueBytes);
    record.produce(value);
    this.#settle(asked, { type: "reply", call, value });
  }

  /** A live source (no ids) goes on from where it is; a log goes on from where the reader was, if it still can. */
  #open(asked: Asked, call: Call): void {
    const work = call.work!;
    if (!asked.alive || work.aborted) return;
    const { plan, produced } = work.record;
    work.next = plan.withIds ? Number(call.lastEventId?.slice(0, 8) ?? 0) + 1 : produced + 1;
    if (plan.joined) asked.say({ type: "mark", call, eventId: eventIdOf(work.next - 1, work.record) });
    asked.say({ type: plan.joined ? "share" : "ready", call });
  }

  #feed(asked: Asked, call: Call): void {
    const work = call.work!;
    const room = asked.conversation.room(call);
    if (!asked.alive || work.aborted || room === 0) return;
    const { record } = work;
    const turn = topicTurn(call, room, this.#random, (number) => this.#published(record, number));
    if (turn === undefined) return this.#settle(asked, { type: "finish", call });
    if (turn.type === "join") {
      record.produced = Math.max(record.produced, turn.offset);
      return asked.say({ type: "join", call, at: { topic: call.id, ...turn } });
    }
    const { to, count, ...message } = turn;
    // One that is too large goes alone, and then not at all.
    if (message.bytes > asked.conversation.peerMessageBytes && count > 1) {
      work.next -= count;
      return this.wake(asked, call);
    }
    asked.say({ type: "feed", call, to, count, message: { ...message, framed: undefined } });
    if (asked.conversation.room(call) > 0) this.wake(asked, call);
  }

  #published(record: CallRecord, number: number): { eventId: string; value: string } {
    const value = JSON.stringify({ of: record.plan.number, event: number, pad: padding(record) });
    record.produce(value);
    record.produced = Math.max(record.produced, number);
    return { eventId: eventIdOf(number, record), value };
  }

  #produce(asked: Asked, call: Call): void {
    const work = call.work!;
    const { record } = work;
    if (!asked.alive) return;
    this.#expectTold(asked, call);
    if (work.next > record.plan.events) {
      work.ends = true;
      if (!work.waits || work.upstream !== "open") this.#finish(asked, call);
      return;
    }
    if (this.#random.chance(0.02)) {
      work.next++;
      return asked.say({ type: "gap", call, reason: "the log was trimmed" });
    }
    const number = work.next++;
    const text = JSON.stringify({ of: record.plan.number, event: number, pad: padding(record) });
    const value = withBytes(text, number, record.plan.valueBytes);
    record.produce(value);
    record.produced = Math.max(record.produced, number);
    const eventId = record.plan.withIds ? eventIdOf(number, record) : undefined;
    if (eventId === undefined) asked.say({ type: "event", call, value });
    else asked.say({ type: "event", call, value, eventId });
  }

  /** Whose session has ended must have been told so before it settles. */
  #expectTold(asked: Asked, call: Call): void {
    const told = asked.conversation.state.name !== "ended" || call.work!.aborted;
    this.#trace.check(told, "I9", () => `${asked.name} has ended, and #${call.id} was not told`);
  }

  #finish(asked: Asked, call: Call): void {
    if (this.#random.chance(0.8)) this.#settle(asked, { type: "finish", call });
    else this.#settle(asked, { type: "fail", call, error: { code: "ABORTED", message: "the source failed" } });
  }

  /** A handler begins: those that have not settled are no more than was allowed (I6). */
  #count(asked: Asked, call: Call): void {
    const { calls, subscriptions } = asked.options.limits;
    const running = this.#runningOf(asked).add(call);
    const streams = [...running].filter(({ balance }) => balance !== undefined).length;
    const bounded = running.size - streams <= calls && streams <= subscriptions;
    this.#trace.check(bounded, "I6", () => `${asked.name} runs ${running.size} handlers, ${streams} of them streams`);
  }

  #settle(
    asked: Asked,
    input: Extract<ConversationInput<CallRecord, Job>, { type: "reply" | "fail" | "finish" }>,
  ): void {
    this.#runningOf(asked).delete(input.call);
    asked.say(input);
  }

  #runningOf(asked: Asked): Set<Call> {
    const key = `${asked.name} in ${asked.session}`;
    const running = this.#running.get(key) ?? new Set();
    this.#running.set(key, running);
    return running;
  }
}

const padding = ({ plan }: CallRecord) => "x".repeat(plan.padding);

/** Ids of some streams are long. */
const eventIdOf = (number: number, { plan }: CallRecord) =>
  String(number)
    .padStart(8, "0")
    .padEnd(8 + plan.idPadding, "-");

/**
 * The handlers of both ends, written by the seed: it chooses how long each works, what it answers, in which order they
 * are done, and whether one stops when it is told to.
 */
import type { Conversation } from "../machine/conversation.js";
import type { ConversationInput } from "../machine/conversation-words.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { Limits } from "../protocol/limits.js";
import type { CallRecord } from "./call-record.js";
import type { Random } from "./random.js";
import type { Trace } from "./trace.js";
import type { VirtualClock } from "./virtual-clock.js";

/** The work behind one incoming call. */
export interface Job {
  readonly record: CallRecord;
  /** Subscriptions: number of the next event. */
  next: number;
  /** It was told to stop. */
  aborted: boolean;
}

type Call = IncomingCall<Job>;

/** Who is asked: an end of a conversation. */
export interface Asked {
  readonly name: string;
  readonly session: string;
  readonly options: { readonly limits: Pick<Limits, "calls" | "subscriptions"> };
  /** False once its process has crashed: its handlers are gone with it. */
  readonly alive: boolean;
  readonly conversation: Pick<Conversation<CallRecord, Job>, "state">;
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
    record.start(asked.session);
    call.work = { record, next: 1, aborted: false };
    this.#count(asked, call);
    // Some outlive a session.
    const mostMs = this.#random.chance(0.1) ? 6_000 : 800;
    if (call.balance === undefined) this.#later(mostMs, () => this.#answer(asked, call));
    else this.#later(100, () => this.#open(asked, call));
  }

  pull(asked: Asked, call: Call): void {
    const quick = this.#random.chance(0.5);
    this.#later(quick ? 0 : 200, () => this.#produce(asked, call));
  }

  abort(asked: Asked, call: Call): void {
    const { work } = call;
    if (work === undefined) return;
    work.aborted = true;
    // A handler may stop when told, or finish first: its own answer settles it then.
    const stops = call.balance !== undefined || this.#random.chance(0.5);
    const error = { code: "CANCELLED", message: "" };
    if (stops) this.#later(300, () => this.#settle(asked, { type: "fail", call, error }));
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
    const value = JSON.stringify({ of: record.plan.number, draw: this.#random.bits(), pad: padding(record) });
    record.produce(value);
    this.#settle(asked, { type: "reply", call, value });
  }

  /** A live source (no ids) goes on from where it is; a log goes on from where the reader was, if it still can. */
  #open(asked: Asked, call: Call): void {
    const work = call.work!;
    if (!asked.alive || work.aborted) return;
    const { plan, produced } = work.record;
    work.next = plan.withIds ? Number(call.lastEventId?.slice(0, 8) ?? 0) + 1 : produced + 1;
    asked.say({ type: "ready", call });
  }

  #produce(asked: Asked, call: Call): void {
    const work = call.work!;
    const { record } = work;
    if (!asked.alive) return;
    this.#expectTold(asked, call);
    if (work.next > record.plan.events) return this.#finish(asked, call);
    if (this.#random.chance(0.02)) {
      work.next++;
      return asked.say({ type: "gap", call, reason: "the log was trimmed" });
    }
    const number = work.next++;
    const value = JSON.stringify({ of: record.plan.number, event: number, pad: padding(record) });
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

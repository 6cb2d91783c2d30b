/**
 * The slots of the calls the other end has made. A request gets one, or is refused at once; its call has it until the
 * handler has settled, whether anybody waits for that or not.
 *
 * Who does not take its answers gets no more work done: requests are refused while the backlog is above its hard bound.
 *
 * Deadlines are swept when the earliest may have come: none of a call that somebody waits for is before `deadline`.
 *
 * @see PROTOCOL.md section 5.2
 */

import type { CallFrame, SubscribeFrame } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import type { Limits } from "../protocol/limits.js";
import { type Violation, violation } from "../protocol/violation.js";
import { CallsById } from "./calls-by-id.js";
import { IncomingCall } from "./incoming-call.js";
import { Refusals } from "./refusals.js";
import { RequestIds } from "./request-ids.js";
import type { Session } from "./session.js";

/** Answer this. */
export interface RequestEffect<Work> {
  readonly type: "request";
  readonly call: IncomingCall<Work>;
}

interface SlotsContext<Work> {
  readonly session: Pick<Session<never>, "push" | "backlog" | "bulkSize">;
  readonly limits: Pick<
    Limits,
    "calls" | "subscriptions" | "creditMaxEvents" | "callMaxMs" | "outboundHardBytes" | "valueBytes"
  >;
  /** The parity of the other end's ids. */
  readonly firstId: 1 | 2;
  emit(effect: RequestEffect<Work>): void;
}

export class IncomingSlots<Work> {
  readonly #context: SlotsContext<Work>;
  /** Made with the first. */
  #refusals: Refusals | undefined;
  /** Every call whose handler has not settled, the abandoned among them. */
  readonly #byId = new CallsById<IncomingCall<Work>>();
  /** How many of them are streams. */
  #streams = 0;
  readonly #ids: RequestIds;
  #deadline = Infinity;

  constructor(context: SlotsContext<Work>) {
    this.#context = context;
    this.#ids = new RequestIds(context.firstId);
  }

  /** How many are taken. */
  get taken(): number {
    return this.#byId.size;
  }

  get deadline(): number {
    return this.#deadline;
  }

  get(id: number): IncomingCall<Work> | undefined {
    return this.#byId.get(id);
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  values(): IncomingCall<Work>[] {
    return this.#byId.values();
  }

  /** Whether a request may still come with this id. */
  isNew(id: number): boolean {
    return this.#ids.isNew(id);
  }

  /** A request begins to arrive. */
  announce(id: number): Violation | undefined {
    return this.#ids.announce(id);
  }

  /** A request that was announced is there: it becomes a call, or is refused. */
  request(frame: CallFrame | SubscribeFrame, now: number): Violation | undefined {
    const { limits, emit } = this.#context;
    const { id } = frame;
    const isStream = frame.op === op.subscribe;
    if (isStream && frame.credit > limits.creditMaxEvents) return violation("tooMuchCredit");
    const full = isStream ? this.#streams >= limits.subscriptions : this.#byId.size - this.#streams >= limits.calls;
    if (full) return this.#refuse(id, `too many ${isStream ? "subscriptions" : "calls"} on this connection`);
    if (this.#isOverloaded) return this.#refuse(id, "too much waits to be sent on this connection");
    const latest = frame.timeoutMs === 0 ? Infinity : now + frame.timeoutMs;
    const call = new IncomingCall<Work>(frame, isStream ? latest : Math.min(latest, now + limits.callMaxMs), latest);
    if (call.deadline < this.#deadline) this.#deadline = call.deadline;
    if (isStream) this.#streams++;
    this.#byId.set(id, call);
    emit({ type: "request", call });
    return undefined;
  }

  /** The handler has settled. False: its session was lost, and its id means another call by now, or none. */
  free(call: IncomingCall<Work>): boolean {
    if (this.#byId.get(call.id) !== call) return false;
    this.#byId.delete(call.id);
    if (call.balance !== undefined) this.#streams--;
    return true;
  }

  /** Calls that somebody waits for and whose deadlines have passed. Whoever asks abandons them: they are found once. */
  overdue(now: number): IncomingCall<Work>[] {
    if (now < this.#deadline) return [];
    this.#deadline = Infinity;
    const wanted = this.#byId.values().filter((call) => call.state !== "abandoned");
    for (const { deadline } of wanted) if (deadline > now && deadline < this.#deadline) this.#deadline = deadline;
    return wanted.filter((call) => call.deadline <= now);
  }

  /** Nobody waits for any call any more, and no deadline counts: here are all of them. */
  dismiss(): IncomingCall<Work>[] {
    this.#deadline = Infinity;
    return this.#byId.values();
  }

  /** The other end begins anew. What still runs has no slot any more, and its id may come again. */
  restart(): void {
    this.#byId.clear();
    this.#streams = 0;
    this.#ids.restart();
  }

  #refuse(id: number, message: string): Violation | undefined {
    this.#refusals ??= new Refusals(this.#context.session);
    return this.#refusals.refuse(id, message);
  }

  get #isOverloaded(): boolean {
    const { session, limits } = this.#context;
    return session.backlog.size >= limits.outboundHardBytes || session.bulkSize >= limits.valueBytes;
  }
}

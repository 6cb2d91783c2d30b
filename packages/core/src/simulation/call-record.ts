/**
 * One call as an all-knowing observer sees it: who asked, which handlers started and what they produced, what was
 * delivered. Everything is checked when it happens (I1 to I4).
 */
import type { RpcError } from "../error/rpc-error.js";
import type { Priority } from "../machine/scheduler.js";
import { type Encoded, frameText, WithBlob } from "../protocol/blob.js";
import { bytesOf, fingerprint } from "./bytes.js";
import type { Trace } from "./trace.js";

export interface CallPlan {
  readonly number: number;
  readonly kind: "query" | "mutation" | "subscription";
  readonly repeatable: boolean;
  /** Subscriptions: whether events carry ids, and how many there are. */
  readonly withIds: boolean;
  readonly events: number;
  /** Whether a topic feeds it. */
  readonly joined: boolean;
  /** Length of the padding in every value, and in every event id, of this call. */
  readonly padding: number;
  readonly idPadding: number;
  /** How many items its caller sends. Undefined: it has no upstream. */
  readonly items?: number;
  readonly priority: Priority;
  /** Bytes beside the input, beside every value, and beside an item at most. */
  readonly inputBytes: number;
  readonly valueBytes: number;
  readonly itemBytes: number;
}

/** `orphaned`: the process that asked has crashed, so nobody is left to hear. */
/** What is promised never to happen, counted apart from the checks. */
export interface Harm {
  lost: number;
  duplicated: number;
  reordered: number;
  unsettled: number;
}

type Standing = "open" | "result" | "end" | "answered" | "not-sent" | "unknown" | "orphaned";

export class CallRecord {
  standing: Standing = "open";
  /** Events and gaps that arrived, and how many of them the caller has taken. */
  arrived = 0;
  consumed = 0;
  /** Hears of each event and gap: the caller decides when to take it. */
  onItem: () => void = () => {};
  /** Subscriptions: number of the last event any source has produced, and whether one has completed. */
  produced = 0;
  /** Its source: not read from, read from, or done with: exhausted, failed or stopped. */
  source: "unread" | "open" | "closed" = "unread";
  /** Its handler has had the whole of its upstream. */
  isComplete = false;
  /** What its source has given. */
  readonly #items: string[] = [];
  readonly #harm: Harm = { lost: 0, duplicated: 0, reordered: 0, unsettled: 0 };
  readonly #starts = new Map<string, number>();
  readonly #values = new Set<string>();
  readonly #trace: Trace;
  #lastEvent = 0;
  #gap = false;

  constructor(
    readonly plan: CallPlan,
    trace: Trace,
  ) {
    this.#trace = trace;
  }

  get settled(): boolean {
    return this.standing !== "open";
  }

  get harm(): Harm {
    return { ...this.#harm, unsettled: this.settled ? 0 : 1 };
  }

  /** Times any handler has started. */
  get starts(): number {
    let sum = 0;
    for (const count of this.#starts.values()) sum += count;
    return sum;
  }

  /** A handler starts on this call, in this session, with these bytes. */
  start(session: string, blob: Uint8Array | undefined): void {
    const { kind, repeatable, number, inputBytes } = this.plan;
    const asked = fingerprint("", inputBytes === 0 ? undefined : bytesOf(number, inputBytes));
    this.#trace.check(fingerprint("", blob) === asked, "I3", () => `${this} starts with bytes that nobody sent`);
    this.#trace.check(this.standing !== "not-sent", "I2", () => `${this} was not sent, and its handler starts`);
    this.#starts.set(session, (this.#starts.get(session) ?? 0) + 1);
    const starts = repeatable ? this.#starts.get(session)! : this.starts;
    if (starts > 1) this.#harm.duplicated++;
    this.#trace.check(starts === 1, "I2", () => `${this} starts again (${kind}, session ${session})`);
  }

  /** A handler has produced this value, or a source the event that carries it. */
  produce(value: Exclude<Encoded, undefined>): void {
    this.#values.add(printOf(value));
  }

  result(value: unknown, blob?: Uint8Array): void {
    this.#settle("result");
    this.#expectProduced(value, blob);
  }

  failure(error: RpcError): void {
    this.#settle(error.outcome);
    const { outcome, code } = error;
    this.#trace.check(outcome !== "not-sent" || this.starts === 0, "I2", () => `${this} is not-sent, but was started`);
    const refused = outcome === "answered" && code === "RESOURCE_EXHAUSTED";
    // A call that may be repeated may have started in a session that was lost, and be refused in the next.
    this.#trace.check(
      !refused || this.starts === 0 || this.plan.repeatable,
      "I2",
      () => `${this} was refused, but was started`,
    );
    if (outcome === "answered" && code === "ABORTED") this.#expectComplete();
  }

  event(value: unknown, blob?: Uint8Array): void {
    const number = (value as { readonly event?: number } | undefined)?.event ?? 0;
    this.#expectOpen("an event");
    this.#expectProduced(value, blob);
    if (number === this.#lastEvent) this.#harm.duplicated++;
    else if (number < this.#lastEvent) this.#harm.reordered++;
    else if (!this.#gap) this.#harm.lost += number - this.#lastEvent - 1;
    const contiguous = number === this.#lastEvent + 1 || (this.#gap && number > this.#lastEvent);
    this.#trace.check(contiguous, "I4", () => `${this}: event ${number} after ${this.#lastEvent}, no gap between`);
    this.#lastEvent = number;
    this.#gap = false;
    this.arrived++;
    this.onItem();
  }

  /** Its source is asked for an item. */
  read(): void {
    this.#trace.check(this.source !== "closed", "I4", () => `the source of ${this} is read after its end`);
    this.source = "open";
  }

  /** The source's next item, made from its number. Undefined: there is none. */
  give(make: (item: number) => Exclude<Encoded, undefined>): Exclude<Encoded, undefined> | undefined {
    if (this.#items.length === (this.plan.items ?? 0)) {
      this.sourceEnds();
      return undefined;
    }
    const value = make(this.#items.length + 1);
    this.#items.push(printOf(value));
    return value;
  }

  /** A handler is given this as the item of this number. */
  item(item: number, value: unknown, blob: Uint8Array | undefined): void {
    const given = this.#items[item - 1];
    const isSame = given === fingerprint(JSON.stringify(value), blob);
    this.#trace.check(isSame, "I3", () => `item ${item} of ${this} is not what its source gave`);
  }

  /** It was stopped, or has ended by itself. */
  sourceEnds(): void {
    this.source = "closed";
  }

  gap(): void {
    this.#expectOpen("a gap");
    this.#gap = true;
    this.arrived++;
    this.onItem();
  }

  end(): void {
    this.#settle("end");
    this.#expectComplete();
  }

  toString(): string {
    return `call ${this.plan.number}`;
  }

  #settle(standing: Standing): void {
    this.#trace.check(!this.settled, "I1", () => `${this} settles as ${standing}, and was ${this.standing} already`);
    this.standing = standing;
  }

  #expectOpen(what: string): void {
    this.#trace.check(!this.settled, "I4", () => `${this} hears ${what} after its end`);
  }

  #expectProduced(value: unknown, blob: Uint8Array | undefined): void {
    const text = fingerprint(JSON.stringify(value), blob);
    this.#trace.check(this.#values.has(text), "I3", () => `${this} got ${text.slice(0, 80)}, which nobody produced`);
  }

  /** The source said that all is told: then all was heard, or a gap stands at the end. */
  #expectComplete(): void {
    if (this.plan.kind !== "subscription") return;
    const complete = this.#lastEvent === this.produced || this.#gap;
    if (!complete) this.#harm.lost += this.produced - this.#lastEvent;
    this.#trace.check(complete, "I4", () => `${this} ends at event ${this.#lastEvent} of ${this.produced}`);
  }
}

const printOf = (value: Exclude<Encoded, undefined>) =>
  fingerprint(frameText(value), value instanceof WithBlob ? value.blob : undefined);

/**
 * One call with an upstream, as an all-knowing observer sees it: what its source has given, what a handler has read of it,
 * and what came back (I1 to I4). A handler that reads to the end has had all there was; whatever else happens, either side
 * hears an error, and never a hole.
 */
import { RpcError } from "@trunkline/core";
import type { Stage } from "../stage.js";

export interface UploadPlan {
  readonly number: number;
  /** `store`: a mutation that reads everything. `sift`: a query that has enough before. `pipe`: a stream both ways. */
  readonly kind: "store" | "sift" | "pipe";
  readonly client: string;
  /** How many items its source has, and after how many of them it fails. */
  readonly items: number;
  readonly failsAfter: number;
  /** How many of them its handler reads. */
  readonly wanted: number;
  /** Whether its program may end it itself. */
  readonly mayEnd: boolean;
}

/** What the source of an upstream throws. */
export class SourceFailed extends Error {}

/** One handler, and the item that it has read last. */
export interface Reading {
  last: number;
}

export class UploadRecord {
  readonly plan: UploadPlan;
  standing: "open" | "settled" | "orphaned" = "open";
  /** `done`: it has given everything. `failed`: it has thrown. `closed`: it was ended from outside. */
  source: "unread" | "open" | "done" | "failed" | "closed" = "unread";
  #given = 0;
  readonly #starts = new Map<string, number>();
  /** Whose the items are: they are given once, so one handler alone has them. */
  #reader: Reading | undefined;
  #notSent = false;
  /** Of a `pipe`: what has come back. */
  #event = 0;
  #gap = false;
  readonly #stage: Stage;
  readonly #since: number;

  constructor(plan: UploadPlan, stage: Stage) {
    this.plan = plan;
    this.#since = stage.calm.now;
    this.#stage = stage;
    stage.ledger.figures.calls++;
    stage.ledger.say(plan.client, `asks ${this}`);
  }

  /** The source gives its next item. */
  give(): number {
    return ++this.#given;
  }

  start(session: string): Reading {
    const { ledger } = this.#stage;
    ledger.say(session, `starts ${this}`);
    ledger.check(!this.#notSent, "I2", () => `${this} was not sent, and its handler starts`);
    this.#starts.set(session, (this.#starts.get(session) ?? 0) + 1);
    const times = this.plan.kind === "store" ? sum(this.#starts.values()) : this.#starts.get(session);
    ledger.check(times === 1, "I2", () => `${this} starts again, in ${session}`, "duplicated");
    return { last: 0 };
  }

  /** A handler reads an item. */
  item(reading: Reading, { call, item }: { readonly call: number; readonly item: number }): void {
    const { ledger } = this.#stage;
    ledger.figures.items++;
    const own = call === this.plan.number && item <= this.#given;
    ledger.check(own, "I3", () => `a handler of ${this} reads item ${item} of ${call}, which nobody gave`);
    this.#reader ??= reading;
    ledger.check(this.#reader === reading, "I4", () => `two handlers read ${this}`, "duplicated");
    const detail = () => `a handler of ${this} reads item ${item} after ${reading.last}`;
    ledger.check(item !== reading.last, "I4", detail, "duplicated");
    ledger.check(item >= reading.last, "I4", detail, "reordered");
    ledger.check(item <= reading.last + 1, "I4", detail, "lost");
    reading.last = item;
  }

  /** A handler has read to the end. */
  complete({ last }: Reading): void {
    const whole = this.source === "done" && last === this.plan.items;
    const detail = () =>
      `a handler of ${this} has read to item ${last} of ${this.plan.items}, the source is ${this.source}`;
    this.#stage.ledger.check(whole, "I4", detail, "lost");
  }

  result({ call, taken }: { readonly call: number; readonly taken: number }): void {
    this.#settle(`result ${taken}`);
    const { ledger } = this.#stage;
    ledger.figures.answers++;
    const { number, items, wanted } = this.plan;
    const own = call === number && taken === Math.min(items, wanted) && taken === (this.#reader?.last ?? 0);
    ledger.check(own, "I3", () => `${this} got ${taken} of call ${call}, and its handler read ${this.#reader?.last}`);
  }

  /** An item has come back. */
  event(event: { readonly call: number; readonly item: number }): void {
    const { ledger } = this.#stage;
    ledger.figures.events++;
    const own = event.call === this.plan.number && event.item <= (this.#reader?.last ?? 0);
    ledger.check(own, "I3", () => `${this} got ${event.item} of ${event.call} back, which no handler has read`);
    const detail = () => `${this}: ${event.item} comes back after ${this.#event}, no gap between`;
    ledger.check(event.item !== this.#event, "I4", detail, "duplicated");
    ledger.check(event.item >= this.#event, "I4", detail, "reordered");
    ledger.check(event.item <= this.#event + 1 || this.#gap, "I4", detail, "lost");
    this.#event = event.item;
    this.#gap = false;
  }

  gap(): void {
    this.#stage.ledger.figures.gaps++;
    this.#gap = true;
  }

  end(): void {
    this.#settle("end");
    const whole = this.#event === Math.min(this.plan.items, this.plan.wanted) || this.#gap;
    this.#stage.ledger.check(whole, "I4", () => `${this} ends at ${this.#event}`, "lost");
  }

  failure(error: unknown): void {
    const { ledger, calm } = this.#stage;
    this.#settle(error instanceof RpcError ? `${error.code}, ${error.outcome}` : String(error));
    if (error instanceof SourceFailed) {
      return ledger.check(
        this.source === "failed",
        "I3",
        () => `${this} fails with its source, which is ${this.source}`,
      );
    }
    if (!(error instanceof RpcError)) return ledger.check(false, "I13", () => `${this} rejects with ${String(error)}`);
    const { code, outcome } = error;
    this.#notSent = outcome === "not-sent";
    const untouched = this.#starts.size === 0 && this.source === "unread";
    ledger.check(!this.#notSent || untouched, "I2", () => `${this} is not-sent, and was started or read from`);
    ledger.check(code !== "INTERNAL", "I13", () => `${this} failed within`);
    const { client, mayEnd } = this.plan;
    if (!mayEnd && this.source !== "failed") calm.failed(`${this}`, { client, since: this.#since, error });
  }

  /** Its program does not want it any more. */
  leave(): void {
    if (this.standing === "open") this.#settle("left");
  }

  /** Its process has died. */
  orphan(): void {
    if (this.standing === "open") this.standing = "orphaned";
    if (this.source === "open") this.source = "closed";
  }

  expectSettled(): void {
    const { ledger } = this.#stage;
    ledger.check(this.standing !== "open", "I10", () => `${this} has not settled`, "unsettled");
    ledger.check(this.source !== "open", "I10", () => `the source of ${this} was never closed`);
  }

  toString(): string {
    return `${this.plan.kind} ${this.plan.number}`;
  }

  #settle(said: string): void {
    const { ledger } = this.#stage;
    ledger.say(this.plan.client, `${this}: ${said}`);
    ledger.check(this.standing === "open", "I1", () => `${this} settles as ${said}, and was ${this.standing} already`);
    this.standing = "settled";
  }
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

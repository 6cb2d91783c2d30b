/**
 * One subscription to a topic, held against the log that all servers share (I3, I4): its events are those of the log, in
 * the log's order. Where the contract says that only the newest count, an event may be missing that a later one has
 * replaced; everywhere else a gap stands in its place.
 */
import type { Gap, RpcError } from "@trunkline/core";
import type { Stage } from "../stage.js";

/** An event of a topic: which it is of all events, and what it replaces. */
export interface Said {
  readonly token: number;
  readonly key: string;
}

export interface TopicPlan {
  readonly number: number;
  readonly client: string;
  /** Whether an event replaces the earlier one of its key. */
  readonly isState: boolean;
  /** The topic's events, as they were appended. It grows. */
  readonly log: readonly Said[];
}

export class TopicRecord {
  readonly plan: TopicPlan;
  readonly #stage: Stage;
  #open = true;
  /** Index in the log of the last event; undefined before the first. */
  #last: number | undefined;
  #gap = false;

  constructor(plan: TopicPlan, stage: Stage) {
    this.plan = plan;
    this.#stage = stage;
    stage.ledger.figures.calls++;
    stage.ledger.say(plan.client, `opens ${this}`);
  }

  event({ token }: Said): void {
    const { ledger } = this.#stage;
    const { log, client } = this.plan;
    ledger.say(client, `${this}: ${token}`);
    ledger.figures.events++;
    ledger.check(this.#open, "I4", () => `${this} hears event ${token} after its end`);
    const index = log.findIndex((said) => said.token === token);
    if (index < 0) return ledger.check(false, "I3", () => `${this} got ${token}, which nobody has published`);
    const last = this.#last;
    this.#last = index;
    const gap = this.#gap;
    this.#gap = false;
    if (last === undefined) return;
    const detail = () => `${this}: event ${index} of the log after ${last}, no gap between`;
    ledger.check(index !== last, "I4", detail, "duplicated");
    ledger.check(index >= last, "I4", detail, "reordered");
    ledger.check(gap || !this.#misses(last, index), "I4", detail, "lost");
  }

  gap({ reason }: Gap): void {
    const { ledger } = this.#stage;
    ledger.say(this.plan.client, `${this}: gap, ${reason}`);
    ledger.figures.gaps++;
    ledger.check(!this.plan.isState, "I4", () => `${this} is a state, and has a gap`);
    this.#gap = true;
  }

  failure({ code }: RpcError): void {
    this.#settle(code);
    this.#stage.ledger.check(code !== "INTERNAL", "I13", () => `${this} failed within`);
  }

  /** Its program does not want it any more, or has died. */
  leave(): void {
    this.#open = false;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Something was published after everybody had come back: whoever listens has heard it. */
  expectUpToDate(): void {
    if (!this.#open) return;
    const end = this.plan.log.length - 1;
    const detail = () => `${this} stands at ${this.#last} of ${end} events`;
    this.#stage.ledger.check(this.#last === end, "I10", detail, "lost");
  }

  toString(): string {
    return `topic subscription ${this.plan.number}`;
  }

  #settle(how: string): void {
    const { ledger } = this.#stage;
    ledger.say(this.plan.client, `${this}: ${how}`);
    ledger.check(this.#open, "I1", () => `${this}: ${how}, and was over already`);
    this.#open = false;
  }

  /** Whether anything between these two is missing that nothing later has replaced. */
  #misses(last: number, index: number): boolean {
    const { log, isState } = this.plan;
    for (let between = last + 1; between < index; between++) {
      const { key } = log[between]!;
      const replaced = isState && log.slice(between + 1).some((said) => said.key === key);
      if (!replaced) return true;
    }
    return false;
  }
}

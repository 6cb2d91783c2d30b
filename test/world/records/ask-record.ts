/** One query or mutation as an all-knowing observer sees it. Checked when it happens: I1 to I3. */
import { RpcError } from "@trunkline/core";
import type { Stage } from "../stage.js";

type Standing = "open" | "result" | "answered" | "not-sent" | "unknown" | "orphaned";

export interface AskPlan {
  readonly number: number;
  /** What it is called. */
  readonly kind: string;
  /** Whether its handler may start in more than one session. */
  readonly repeatable: boolean;
  /** Who asks. */
  readonly client: string;
  /** Whether its program may end it itself, by a cancel or a deadline. */
  readonly mayEnd: boolean;
}

export class AskRecord {
  standing: Standing = "open";
  /** By session: how often a handler has started. */
  readonly #starts = new Map<string, number>();
  /** What its handlers have answered. */
  readonly #tokens = new Set<number>();
  readonly #plan: AskPlan;
  readonly #stage: Stage;
  readonly #since: number;

  constructor(plan: AskPlan, stage: Stage) {
    this.#plan = plan;
    this.#since = stage.calm.now;
    this.#stage = stage;
    stage.ledger.figures.calls++;
    stage.ledger.say(plan.client, `asks ${this}`);
  }

  get client(): string {
    return this.#plan.client;
  }

  start(session: string): void {
    const { ledger } = this.#stage;
    ledger.say(session, `starts ${this}`);
    ledger.check(this.standing !== "not-sent", "I2", () => `${this} was not sent, and its handler starts`);
    this.#starts.set(session, (this.#starts.get(session) ?? 0) + 1);
    const times = this.#plan.repeatable ? this.#starts.get(session) : sum(this.#starts.values());
    ledger.check(times === 1, "I2", () => `${this} starts again, in ${session}`, "duplicated");
  }

  answer(token: number): void {
    this.#tokens.add(token);
  }

  result({ call, token }: { readonly call: number; readonly token: number }): void {
    const { ledger } = this.#stage;
    this.#settle("result", `result ${token}`);
    ledger.figures.answers++;
    const own = call === this.#plan.number && this.#tokens.has(token);
    ledger.check(own, "I3", () => `${this} got ${token} of call ${call}, which its handlers did not answer`);
  }

  failure(error: unknown): void {
    const { ledger, calm } = this.#stage;
    if (!(error instanceof RpcError)) return ledger.check(false, "I13", () => `${this} rejects with ${String(error)}`);
    const { code, outcome } = error;
    this.#settle(outcome, `${code}, ${outcome}`);
    const ran = this.#starts.size > 0;
    ledger.check(outcome !== "not-sent" || !ran, "I2", () => `${this} is not-sent, and was started`);
    // One that may be repeated may have started in a session that was lost, and be refused in the next.
    const refused = outcome === "answered" && code === "RESOURCE_EXHAUSTED" && !this.#plan.repeatable;
    ledger.check(!refused || !ran, "I2", () => `${this} was refused, and was started`);
    ledger.check(code !== "INTERNAL", "I13", () => `${this} failed within`);
    const { client, mayEnd } = this.#plan;
    if (!mayEnd) calm.failed(`${this}`, { client, since: this.#since, error });
  }

  /** Its process has died. */
  orphan(): void {
    if (this.standing === "open") this.standing = "orphaned";
  }

  expectSettled(): void {
    const settled = this.standing !== "open";
    this.#stage.ledger.check(settled, "I10", () => `${this} has not settled`, "unsettled");
  }

  toString(): string {
    return `${this.#plan.kind} ${this.#plan.number}`;
  }

  #settle(standing: Standing, said: string): void {
    const { ledger } = this.#stage;
    ledger.say(this.#plan.client, `${this}: ${said}`);
    ledger.check(this.standing === "open", "I1", () => `${this} settles as ${said}, and was ${this.standing} already`);
    this.standing = standing;
  }
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

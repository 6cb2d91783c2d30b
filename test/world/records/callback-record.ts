/**
 * One call of a server to a client, as an all-knowing observer sees it (I1 to I3, I12). It belongs to one session, so its
 * handler starts at most once, whatever its kind, and in the client that the session is of.
 */
import { RpcError } from "@trunkline/core";
import type { Stage } from "../stage.js";

export interface CallbackPlan {
  readonly number: number;
  readonly kind: string;
  /** The session it is made to, and whose that is. */
  readonly session: string;
  readonly client: string;
  /** Whose process asks, and when the session began. */
  readonly server: string;
  readonly visitSince: number;
  /** Whether nothing but its own end may fail it: its server serves, and its client answers. */
  readonly mustSucceed: boolean;
  /** What it was made with. */
  readonly signal: AbortSignal | undefined;
}

export class CallbackRecord {
  readonly plan: CallbackPlan;
  #standing: "open" | "settled" | "orphaned" = "open";
  #notSent = false;
  #starts = 0;
  /** Handlers of it that have not settled. */
  #running = 0;
  #token: number | undefined;
  readonly #stage: Stage;
  readonly #since: number;

  constructor(plan: CallbackPlan, stage: Stage) {
    this.plan = plan;
    this.#since = stage.calm.now;
    this.#stage = stage;
    stage.ledger.figures.callbacks++;
    stage.ledger.say(plan.session, `asks ${this}`);
  }

  /** A handler of this client starts. Returns what is called when it has settled. */
  start(client: string): () => void {
    const { ledger } = this.#stage;
    ledger.say(client, `starts ${this}`);
    const { client: asked, session } = this.plan;
    ledger.check(client === asked, "I12", () => `${this} was asked of ${asked} in ${session}, and ${client} starts it`);
    ledger.check(!this.#notSent, "I2", () => `${this} was not sent, and its handler starts`);
    ledger.check(++this.#starts === 1, "I2", () => `${this} starts again`, "duplicated");
    this.#running++;
    return () => {
      this.#running--;
    };
  }

  /** Its handler has answered. */
  answer(token: number): void {
    this.#token = token;
  }

  result({ number, token }: { readonly number: number; readonly token: number }): void {
    this.#settle(`result ${token}`);
    const own = number === this.plan.number && token === this.#token;
    this.#stage.ledger.check(own, "I3", () => `${this} got ${token} of ${number}, which its handler did not answer`);
  }

  failure(error: unknown): void {
    const { ledger, calm } = this.#stage;
    if (!(error instanceof RpcError)) return ledger.check(false, "I13", () => `${this} rejects with ${String(error)}`);
    const { code, outcome } = error;
    this.#settle(`${code}, ${outcome}`);
    this.#notSent = outcome === "not-sent";
    ledger.check(!this.#notSent || this.#starts === 0, "I2", () => `${this} is not-sent, and was started`);
    ledger.check(code !== "INTERNAL", "I13", () => `${this} failed within`);
    const { mustSucceed, signal, client, server, visitSince } = this.plan;
    // Whoever asked may not want it any more.
    if (!mustSucceed || signal?.aborted) return;
    const started = this.#starts > 0;
    calm.callbackFailed(`${this}`, { client, since: this.#since, error, started, server, visitSince });
  }

  /** A stream of it has ended, or is not wanted any more. */
  end(): void {
    if (this.#standing === "open") this.#settle("end");
  }

  /** The process that asked has died. */
  orphan(): void {
    if (this.#standing === "open") this.#standing = "orphaned";
  }

  /** The process that was asked has died. */
  forget(): void {
    this.#running = 0;
  }

  /** Whoever works on it still has not been told that nobody waits. */
  expectSettled(): void {
    const { ledger } = this.#stage;
    ledger.check(this.#standing !== "open", "I10", () => `${this} has not settled`, "unsettled");
    ledger.check(this.#running === 0, "I10", () => `${this.plan.client} still works on ${this}`);
  }

  toString(): string {
    return `${this.plan.kind} ${this.plan.number} of a server's`;
  }

  #settle(said: string): void {
    const { ledger } = this.#stage;
    ledger.say(this.plan.session, `${this}: ${said}`);
    const open = this.#standing === "open";
    ledger.check(open, "I1", () => `${this} settles as ${said}, and was ${this.#standing} already`);
    this.#standing = "settled";
  }
}

/** One subscription with a source of its own, as an all-knowing observer sees it (I1, I3, I4). */
import type { Gap, RpcError } from "@trunkline/core";
import type { Stage } from "../stage.js";

export interface StreamPlan {
  readonly number: number;
  readonly client: string;
  readonly events: number;
  /** Whether its events carry ids, so that it goes on in another session. */
  readonly withIds: boolean;
}

export class StreamRecord {
  readonly plan: StreamPlan;
  /** Number of the last event that any source of it has produced. */
  produced = 0;
  #standing: "open" | "end" | "failed" | "left" | "orphaned" = "open";
  #last = 0;
  #gap = false;
  readonly #stage: Stage;

  constructor(plan: StreamPlan, stage: Stage) {
    this.plan = plan;
    this.#stage = stage;
    stage.ledger.figures.calls++;
    stage.ledger.say(plan.client, `opens ${this}`);
  }

  event({ call, event }: { readonly call: number; readonly event: number }): void {
    const { ledger } = this.#stage;
    ledger.say(this.plan.client, `${this}: ${event}`);
    ledger.figures.events++;
    this.#expectOpen(`event ${event}`);
    const own = call === this.plan.number && event <= this.produced;
    ledger.check(own, "I3", () => `${this} got event ${event} of ${call}, which nobody has produced`);
    const detail = () => `${this}: event ${event} after ${this.#last}, no gap between`;
    ledger.check(event !== this.#last, "I4", detail, "duplicated");
    ledger.check(event >= this.#last, "I4", detail, "reordered");
    ledger.check(event <= this.#last + 1 || this.#gap, "I4", detail, "lost");
    this.#last = event;
    this.#gap = false;
  }

  gap({ reason }: Gap): void {
    this.#stage.ledger.say(this.plan.client, `${this}: gap, ${reason}`);
    this.#stage.ledger.figures.gaps++;
    this.#expectOpen("a gap");
    this.#gap = true;
  }

  end(): void {
    this.#settle("end");
    const complete = this.#last === this.plan.events || this.#gap;
    const detail = () => `${this} ends at event ${this.#last} of ${this.plan.events}`;
    this.#stage.ledger.check(complete, "I4", detail, "lost");
  }

  failure({ code }: RpcError): void {
    this.#settle("failed", code);
    this.#stage.ledger.check(code !== "INTERNAL", "I13", () => `${this} failed within`);
    // One of which no id is known cannot go on elsewhere, and says so.
    const spared = !this.#stage.swarm.calm || !this.plan.withIds || this.#last === 0;
    this.#stage.ledger.check(spared, "I15", () => `${this} failed while servers drained: ${code}`);
  }

  /** Its program does not want it any more. */
  leave(): void {
    if (this.#standing === "open") this.#settle("left");
  }

  /** Its process has died. */
  orphan(): void {
    if (this.#standing === "open") this.#standing = "orphaned";
  }

  expectSettled(): void {
    const settled = this.#standing !== "open";
    this.#stage.ledger.check(settled, "I10", () => `${this} has not settled`, "unsettled");
  }

  toString(): string {
    return `stream ${this.plan.number}`;
  }

  #settle(standing: "end" | "failed" | "left", code = ""): void {
    const { ledger } = this.#stage;
    ledger.say(this.plan.client, `${this}: ${standing} ${code}`);
    ledger.check(this.#standing === "open", "I1", () => `${this}: ${standing}, and was ${this.#standing} already`);
    this.#standing = standing;
  }

  #expectOpen(what: string): void {
    const open = this.#standing === "open";
    this.#stage.ledger.check(open, "I4", () => `${this} hears ${what} after its end`);
  }
}

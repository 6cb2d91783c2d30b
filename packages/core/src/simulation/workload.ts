/** What the callers of a world do: calls of every kind at any moment, cancels, deadlines, and reading at their own pace. */
import { OutgoingCall, type OutgoingRequest } from "../machine/outgoing-call.js";
import { OutgoingUpstreams } from "../machine/outgoing-upstreams.js";
import { withBytes } from "./bytes.js";
import { CallRecord } from "./call-record.js";
import type { Random } from "./random.js";
import type { Speaker, Surroundings } from "./speaker.js";
import type { Hardship, Swarm } from "./swarm.js";

export class Workload {
  /** Every call that was made, by its number. */
  readonly records: CallRecord[];
  /** After the busy time readers are quick. */
  busy = true;
  readonly #swarm: Swarm;
  readonly #random: Random;
  readonly #around: Surroundings;

  constructor(swarm: Swarm, random: Random, around: Surroundings, records: CallRecord[]) {
    this.#swarm = swarm;
    this.#random = random;
    this.#around = around;
    this.records = records;
  }

  /** Lets this speaker make so many calls between now and the end of the busy time. */
  assign(speaker: Speaker, calls: number): void {
    const { clock } = this.#around;
    const burst = this.#has("bursts") ? this.#random.int(Math.max(1, this.#swarm.busyMs - clock.now())) : undefined;
    for (let i = 0; i < calls; i++) {
      const delay = burst ?? this.#random.int(Math.max(1, this.#swarm.busyMs - clock.now()));
      clock.after(delay, () => this.#call(speaker));
    }
  }

  /** The process that asked has crashed: nobody is left to hear. */
  orphan(speaker: Speaker): void {
    for (const [record, owner] of this.#owners) {
      if (owner === speaker && !record.settled) record.standing = "orphaned";
    }
  }

  readonly #owners = new Map<CallRecord, Speaker>();

  #has(hardship: Hardship): boolean {
    return this.#swarm.hard.has(hardship);
  }

  #call(speaker: Speaker): void {
    if (!speaker.alive) return;
    const { clock, trace } = this.#around;
    const record = this.#record();
    this.#owners.set(record, speaker);
    const call = new OutgoingCall<CallRecord>(this.#request(record, speaker), record);
    trace.say(speaker.options.name, `asks ${record}, a ${record.plan.kind}`);
    record.onItem = () => this.#consumeLater(speaker, call);
    speaker.say({ type: "call", call });
    if (this.#has("cancels") && this.#random.chance(0.3)) {
      clock.after(this.#random.int(1_500), () => {
        speaker.say({ type: "cancel", call });
        trace.check(record.settled || !speaker.alive, "I1", () => `${record} was cancelled, and has not settled`);
      });
    }
  }

  #record(): CallRecord {
    const random = this.#random;
    const kind = random.pick(["query", "mutation", "mutation", "subscription"] as const);
    const record = new CallRecord(
      {
        number: this.records.length,
        kind,
        repeatable: kind !== "mutation" || random.chance(0.3),
        ...random.pick([ids(true, true), ids(true, true), ids(true, false), ids(false, false)]),
        events: random.int(13),
        padding: this.#has("large values") && random.chance(0.3) ? random.int(3_000) : random.int(20),
        ...(this.#has("upstreams") && random.chance(0.5) ? { items: random.int(30) } : {}),
        priority: this.#has("priorities") ? random.pick(["high", "normal", "low"]) : "normal",
        inputBytes: this.#bytes(50_000),
        // A stream has many of them.
        valueBytes: this.#bytes(kind === "subscription" ? 5_000 : 50_000),
        itemBytes: this.#bytes(20_000),
        idPadding: this.#has("long ids") && random.chance(0.5) ? random.int(1_000) : 0,
      },
      this.#around.trace,
    );
    this.records.push(record);
    return record;
  }

  #bytes(most: number): number {
    return this.#has("bytes") && this.#random.chance(0.2)
      ? this.#random.int(this.#random.pick([100, 3_000, 3_000, most]))
      : 0;
  }

  #request({ plan }: CallRecord, speaker: Speaker): OutgoingRequest {
    const { limits } = speaker.options;
    const limited = this.#has("deadlines") && this.#random.chance(0.4);
    const pad = this.#has("large values") && this.#random.chance(0.3) ? "y".repeat(this.#random.int(5_000)) : "";
    return {
      kind: plan.kind,
      path: `"${plan.kind}"`,
      repeatable: plan.repeatable,
      priority: plan.priority,
      Upstreams: plan.items === undefined ? undefined : OutgoingUpstreams,
      input: withBytes(JSON.stringify({ number: plan.number, pad }), plan.number, plan.inputBytes),
      deadline: limited ? this.#around.clock.now() + this.#random.between(1, 3_000) : Infinity,
      ...(plan.kind === "subscription"
        ? { credit: { events: limits.creditEvents, maxEvents: limits.creditMaxEvents } }
        : {}),
    };
  }

  /** A reader takes what has arrived, now or later, one or all of it. */
  #consumeLater(speaker: Speaker, call: OutgoingCall<CallRecord>): void {
    const slow = this.busy && this.#has("slow readers");
    const delay = this.#random.int(slow ? 2_000 : 20);
    this.#around.clock.after(delay, () => {
      const record = call.sink;
      const count = record.arrived - record.consumed;
      if (count === 0) return;
      record.consumed += count;
      speaker.say({ type: "consume", call, count });
    });
  }
}

/** A stream whose events carry no ids is never joined. */
const ids = (withIds: boolean, joined: boolean) => ({ withIds, joined });

/**
 * One client in the storm: it calls, listens, and has its line cut again and again. Between two cuts it makes its share of
 * the calls, and its share of the events becomes due, step by step: half from the cut on, while it is noticed and a new line
 * is had, the rest while that line lives. Everything that is waited for has an end, so that a storm ends whatever becomes of
 * a framework.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "@trunkline/core/simulation";
import { openFaultProxy } from "@trunkline/testing";
import type { Contender, Wire } from "./contender.js";

/** What one client does. */
export interface Voyage {
  readonly events: number;
  readonly calls: number;
  readonly cuts: number;
}

/** What does not come back within this time is not waited for. */
const BACK_MS = 2_000;
/** No cut is made after so long. */
const STORM_MS = 10_000;
/** What has not settled so long after the last cut never will. */
const PATIENCE_MS = 8_000;
/** So long, on average, a line lives after its first sign of life. */
const LIFE_MS = 60;
/** So many of each before and after that, these far apart before. */
const STEPS = 5;
const STEP_MS = 10;
const LOOK_MS = 1;

export class Sailor {
  readonly name: string;
  readonly #voyage: Voyage;
  readonly #random: Random;
  readonly heard = new Set<number>();
  /** Tokens of calls that failed. */
  readonly failed: string[] = [];
  answered = 0;
  repeated = 0;
  disordered = 0;
  cutsMade = 0;
  /** Calls that have not settled. */
  open = 0;
  #highest = 0;
  /** Signs of life. */
  #news = 0;
  /** What is due of all it does, from 0 to 1. */
  #progress = 0;

  constructor(name: string, voyage: Voyage, random: Random) {
    this.name = name;
    this.#voyage = voyage;
    this.#random = random;
  }

  /** How much of so many is due by now. */
  due(all: number): number {
    return Math.ceil(all * this.#progress);
  }

  async sail(contender: Contender, port: number): Promise<void> {
    const { events, calls, cuts } = this.#voyage;
    await using proxy = await openFaultProxy(port);
    const wire = await contender.connect(proxy.port);
    const listening = wire.listen(this.name, events, (number) => this.#hear(number)).catch(() => {});
    const called: Promise<void>[] = [];
    const go = (progress: number) => {
      this.#progress = progress;
      while (called.length < this.due(calls)) called.push(this.#call(wire, `${this.name} ${called.length}`));
    };
    const end = performance.now() + STORM_MS;
    while (this.cutsMade < cuts && performance.now() < end) {
      const steps = async (first: number, stepMs: number) => {
        for (let step = first; step < first + STEPS; step++) {
          go((this.cutsMade + step / (2 * STEPS)) / (cuts + 1));
          await pause(stepMs);
        }
      };
      await Promise.all([steps(1, STEP_MS), this.#back(() => proxy.open > 0)]);
      await steps(1 + STEPS, (this.#random.next() * 2 * LIFE_MS) / STEPS);
      proxy.cut(this.#random.pick(["reset", "end"]));
      this.cutsMade++;
    }
    go(1);
    await Promise.race([Promise.all([listening, ...called]), pause(PATIENCE_MS, undefined, { ref: false })]);
    wire.close();
  }

  /** There is a line, and it has brought something. */
  async #back(isThere: () => boolean): Promise<void> {
    await until(isThere);
    const news = this.#news;
    await until(() => this.#news > news);
  }

  #hear(number: number): void {
    this.#news++;
    if (this.heard.has(number)) this.repeated++;
    else if (number < this.#highest) this.disordered++;
    this.heard.add(number);
    this.#highest = Math.max(this.#highest, number);
  }

  async #call(wire: Wire, token: string): Promise<void> {
    this.open++;
    try {
      if ((await wire.spend(token)) !== token) throw new Error("the answer to another call");
      this.answered++;
      this.#news++;
    } catch {
      this.failed.push(token);
    }
    this.open--;
  }
}

/** Or so long that it will not come about. */
async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + BACK_MS; !holds() && performance.now() < end; ) await pause(LOOK_MS);
}

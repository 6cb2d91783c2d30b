/**
 * The storm: clients that call and listen while their lines are cut. Both ends are in this process, so that everything can
 * be counted; between each client and the server is a proxy, and every cut is a reset or an end of both its sockets.
 */
import { setTimeout as pause } from "node:timers/promises";
import { openFaultProxy } from "@trunkline/testing";
import type { Contender, Wire, Work } from "./contender.js";

export interface StormOptions {
  readonly events: number;
  readonly calls: number;
  readonly cuts: number;
  readonly clients: number;
}

export interface StormFigures {
  readonly cuts: number;
  readonly lostEvents: number;
  readonly repeatedEvents: number;
  readonly repeatedCalls: number;
  /** Failed, and the error does not say whether the call ran. */
  readonly unclearCalls: number;
  /** Failed, and the error says what is known. */
  readonly failedCalls: number;
  /** Calls that neither succeeded nor failed. */
  readonly unsettled: number;
}

/** What has not come back after so long is not waited for. */
const BACK_MS = 10_000;
/** What has not settled so long after the last cut never will. */
const PATIENCE_MS = 30_000;
const WORK_MS = 3;
const LOOK_MS = 5;

export async function runStorm(contender: Contender, options: StormOptions): Promise<StormFigures> {
  const runs = new Map<string, number>();
  const sailors: Sailor[] = [];
  const work: Work = {
    async spend(token) {
      runs.set(token, (runs.get(token) ?? 0) + 1);
      await pause(Math.random() * 2 * WORK_MS);
      return token;
    },
    async *numbers(name, after, to) {
      const sailor = sailors.find((one) => one.name === name);
      for (let number = after + 1; number <= to; number++) {
        while (sailor && number > sailor.due(to)) await pause(LOOK_MS);
        yield number;
      }
    },
  };
  const port = await contender.serve(work);
  for (let index = 0; index < options.clients; index++) sailors.push(new Sailor(`client ${index}`, options));
  await Promise.all(sailors.map((sailor) => sailor.sail(contender, port)));
  const sum = (count: (sailor: Sailor) => number) => sailors.reduce((total, sailor) => total + count(sailor), 0);
  return {
    cuts: sum(({ cutsMade }) => cutsMade),
    lostEvents: sum(({ lostEvents }) => lostEvents),
    repeatedEvents: sum(({ repeatedEvents }) => repeatedEvents),
    repeatedCalls: [...runs.values()].reduce((total, count) => total + Math.max(0, count - 1), 0),
    unclearCalls: sum(({ unclear }) => unclear),
    failedCalls: sum(({ failed }) => failed),
    unsettled: sum(({ open }) => open),
  };
}

class Sailor {
  readonly name: string;
  readonly #events: number;
  readonly #calls: number;
  readonly #cuts: number;
  readonly #heard = new Set<number>();
  repeatedEvents = 0;
  cutsMade = 0;
  unclear = 0;
  failed = 0;
  open = 0;
  /** Signs of life. */
  #news = 0;

  constructor(name: string, { events, calls, cuts, clients }: StormOptions) {
    this.name = name;
    this.#events = Math.floor(events / clients);
    this.#calls = Math.floor(calls / clients);
    this.#cuts = Math.floor(cuts / clients);
  }

  get lostEvents(): number {
    return this.#events - this.#heard.size;
  }

  /** How much of so many is due before the next cut. */
  due(all: number): number {
    return Math.ceil((all * (this.cutsMade + 1)) / (this.#cuts + 1));
  }

  async sail(contender: Contender, port: number): Promise<void> {
    await using proxy = await openFaultProxy(port);
    const wire = await contender.connect(proxy.port);
    const listening = wire
      .listen(this.name, this.#events, (number) => {
        this.#news++;
        if (this.#heard.has(number)) this.repeatedEvents++;
        this.#heard.add(number);
      })
      .catch(() => {});
    const calls: Promise<void>[] = [];
    for (;;) {
      const news = this.#news;
      while (calls.length < this.due(this.#calls)) calls.push(this.#call(wire, `${this.name} ${calls.length}`));
      if (this.cutsMade === this.#cuts) break;
      // Half of the cuts fall on calls in flight, the others on a line that is used again.
      for (let waited = 0; this.#news === news && waited < BACK_MS; waited += LOOK_MS) await pause(LOOK_MS);
      await pause(Math.random() * 2 * WORK_MS);
      proxy.cut(this.cutsMade % 2 === 0 ? "reset" : "end");
      this.cutsMade++;
    }
    await Promise.race([Promise.all([listening, ...calls]), pause(PATIENCE_MS, undefined, { ref: false })]);
    wire.close();
  }

  async #call(wire: Wire, token: string): Promise<void> {
    this.open++;
    try {
      if ((await wire.spend(token)) !== token) throw new Error("the answer to another call");
      this.#news++;
    } catch (error) {
      if (wire.tells(error)) this.failed++;
      else this.unclear++;
    }
    this.open--;
  }
}

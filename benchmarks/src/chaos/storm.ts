/**
 * The storm: clients that call and listen while their lines are cut. Both ends are in this process, so that everything can
 * be counted; between each client and the server is a proxy, and every cut is a reset or an end of both its sockets. When
 * each cut comes after a sign of life, and of which kind it is, follows from the seed.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "@trunkline/core/simulation";
import type { Contender, Work } from "./contender.js";
import { Sailor } from "./sailor.js";

export interface StormOptions {
  readonly events: number;
  readonly calls: number;
  readonly cuts: number;
  readonly clients: number;
  readonly seed: number;
}

/** What came of it, as the program of a user sees it, and what the server did. */
export interface StormFigures {
  /** As many as were asked for, or fewer where the storm had to end before. */
  readonly cuts: number;
  readonly answered: number;
  readonly failed: number;
  /** Of those that failed: their handler had run, or ran later. */
  readonly failedButRan: number;
  readonly unsettled: number;
  /** Runs beyond the first of each call. */
  readonly ranAgain: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
  readonly seconds: number;
}

/** A handler takes so long on average. */
const WORK_MS = 3;
/** How often the server looks whether the next event is due. */
const LOOK_MS = 1;

export async function runStorm(contender: Contender, options: StormOptions): Promise<StormFigures> {
  const { clients, seed } = options;
  const random = new Random(seed);
  const runs = new Map<string, number>();
  const share = (all: number) => Math.floor(all / clients);
  const voyage = { events: share(options.events), calls: share(options.calls), cuts: share(options.cuts) };
  const sailors = Array.from({ length: clients }, (_, n) => new Sailor(`client ${n}`, voyage, random.fork()));
  const work: Work = {
    async spend(token) {
      runs.set(token, (runs.get(token) ?? 0) + 1);
      await pause(random.next() * 2 * WORK_MS);
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
  const began = performance.now();
  await Promise.all(sailors.map((sailor) => sailor.sail(contender, port)));
  const seconds = (performance.now() - began) / 1_000;
  const sum = (count: (sailor: Sailor) => number) => sailors.reduce((total, sailor) => total + count(sailor), 0);
  const failed = sailors.flatMap((sailor) => sailor.failed);
  const delivered = sum(({ heard }) => heard.size);
  return {
    cuts: sum(({ cutsMade }) => cutsMade),
    answered: sum(({ answered }) => answered),
    failed: failed.length,
    failedButRan: failed.filter((token) => runs.has(token)).length,
    unsettled: sum(({ open }) => open),
    ranAgain: [...runs.values()].reduce((total, count) => total + count - 1, 0),
    delivered,
    lost: voyage.events * clients - delivered,
    repeated: sum(({ repeated }) => repeated),
    disordered: sum(({ disordered }) => disordered),
    seconds,
  };
}

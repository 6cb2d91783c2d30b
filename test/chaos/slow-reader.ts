/**
 * The slow reader: events flow to many subscribers at a steady rate, while one of them stops reading in its program and
 * the line of another takes nothing any more, then both read again, and so on by turns. What that costs the server, and
 * the others.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@trunkline/client";
import { openFaultProxy } from "@trunkline/testing";
import { Ages } from "./ages.js";
import { contract } from "./contract.js";
import { ServerYard } from "./server-child.js";

export interface SlowReaderOptions {
  readonly subscribers: number;
  /** Each goes to every subscriber. */
  readonly eventsPerSecond: number;
  /** With everybody reading; and as long, in all, with two that do not. */
  readonly seconds: number;
}

export interface SlowReaderFigures {
  /** That were read, by all subscribers together. */
  readonly deliveries: number;
  /** Of the server's resident memory, from before the readers stop first to its highest after that. */
  readonly growthBytes: number;
  /** How old events are when they are read by those who read: while all do, and while two do not. */
  readonly p99AllMs: number;
  readonly p99OthersMs: number;
  /** Subscribers that missed nothing. */
  readonly reading: number;
  readonly failures: readonly string[];
}

const LOOK_MS = 250;
/** So often do the two stop. What the machine does besides falls on both parts alike. */
const TURNS = 6;
/** After each change, in which nothing is measured: what had waited is read. */
const CHANGE_MS = 1_000;

export async function runSlowReader(options: SlowReaderOptions): Promise<SlowReaderFigures> {
  await using yard = new ServerYard();
  const { port } = await yard.start();
  await using proxy = await openFaultProxy(port);
  const ages = { all: new Ages(), others: new Ages() };
  let measured: Ages | undefined;
  let goOn: Promise<void> | undefined;
  let over = false;
  const failures: string[] = [];
  let whole = 0;
  let deliveries = 0;

  const subscribe = (index: number) => {
    const client = createClient(contract, { url: `ws://127.0.0.1:${index === 1 ? proxy.port : port}` });
    const read = async () => {
      let last: number | undefined;
      // What is not kept any more when the two read again is a gap, and no news.
      const events = client.feed(undefined, { onGap: () => index > 1 && failures.push(`a gap of ${index}`) });
      for await (const { number, at } of events) {
        deliveries++;
        if (over) break;
        if (index === 0) await goOn;
        if (index <= 1) continue;
        if (last !== undefined && number !== last + 1) failures.push(`${index}: ${number} came after ${last}`);
        last = number;
        measured?.add(performance.timeOrigin + performance.now() - at);
      }
      if (index > 1) whole++;
    };
    return { client, over: read().catch((error: unknown) => !over && failures.push(String(error))) };
  };
  const guests: ReturnType<typeof subscribe>[] = [];
  for (let index = 0; index < options.subscribers; index++) {
    guests.push(subscribe(index));
    if (index % 50 === 0) await pause(20);
  }
  const [first] = guests;
  const { client: witness } = first!;
  while ((await witness.readers()) < options.subscribers) await pause(50);
  await witness.flow({ perSecond: options.eventsPerSecond });
  await pause(CHANGE_MS);

  let highest = 0;
  /** Until then the memory is looked at. */
  const pass = async (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; await pause(LOOK_MS)) {
      highest = Math.max(highest, await witness.memory());
    }
  };
  const partMs = (options.seconds * 1_000) / TURNS;
  let before: number | undefined;
  for (let turn = 0; turn < TURNS; turn++) {
    measured = ages.all;
    await pass(partMs);
    measured = undefined;
    if (before === undefined) {
      before = await witness.memory();
      highest = before;
    }
    let wake = () => {};
    goOn = new Promise((resolve) => {
      wake = resolve;
    });
    proxy.impair("down", { blackhole: true });
    await pass(CHANGE_MS);
    measured = ages.others;
    await pass(partMs);
    measured = undefined;
    wake();
    await proxy.heal();
    await pass(CHANGE_MS);
  }
  over = true;
  await Promise.race([Promise.all(guests.slice(2).map(({ over }) => over)), pause(10_000, undefined, { ref: false })]);
  for (const { client } of guests) client.$connection.close();
  return {
    deliveries,
    growthBytes: highest - (before ?? 0),
    p99AllMs: ages.all.p99,
    p99OthersMs: ages.others.p99,
    reading: whole,
    failures: [...failures, ...yard.read().failures],
  };
}

/**
 * The slow reader: events flow to many subscribers at a steady rate; then one stops reading in its program, and the
 * line of another takes nothing any more. What that costs the server, and the others.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@trunkline/client";
import { openFaultProxy } from "@trunkline/testing";
import { contract } from "./contract.js";
import { ServerYard } from "./server-child.js";

export interface SlowReaderOptions {
  readonly subscribers: number;
  /** Of all subscribers together. */
  readonly eventsPerSecond: number;
  /** With everybody reading, and again with two that do not. */
  readonly seconds: number;
}

export interface SlowReaderFigures {
  readonly events: number;
  /** Of the server's resident memory, from before the readers stop to its highest after that. */
  readonly growthBytes: number;
  /** How old events are when they are read, by those who read: before, and while two do not. */
  readonly p99BeforeMs: number;
  readonly p99AfterMs: number;
  /** Subscribers that read on to the end. */
  readonly reading: number;
  readonly failures: readonly string[];
}

const LOOK_MS = 250;

export async function runSlowReader(options: SlowReaderOptions): Promise<SlowReaderFigures> {
  await using yard = new ServerYard();
  const { port } = await yard.start();
  await using proxy = await openFaultProxy(port);
  const everyMs = Math.round((options.subscribers * 1_000) / options.eventsPerSecond);
  const ages: Record<"before" | "after", number[]> = { before: [], after: [] };
  let phase: "joining" | "before" | "after" | "over" = "joining";
  const failures: string[] = [];
  let reading = 0;
  let events = 0;

  const subscribe = (index: number) => {
    const client = createClient(contract, { url: `ws://127.0.0.1:${index === 1 ? proxy.port : port}` });
    const read = async () => {
      for await (const { at } of client.paced({ everyMs })) {
        events++;
        if (phase === "over") break;
        if (phase === "after" && index === 0) await new Promise(() => {});
        if (index > 1 && phase !== "joining") ages[phase].push(performance.timeOrigin + performance.now() - at);
      }
      reading++;
    };
    // The two that stopped are still subscribed when their clients close.
    return { client, over: read().catch((error: unknown) => phase !== "over" && failures.push(String(error))) };
  };
  const guests = [];
  for (let index = 0; index < options.subscribers; index++) {
    guests.push(subscribe(index));
    if (index % 50 === 0) await pause(20);
  }
  const [witness] = guests;
  const memory = () => witness!.client.memory();
  await pause(1_000);

  phase = "before";
  await pause(options.seconds * 1_000);
  const before = await memory();
  let highest = before;
  phase = "after";
  proxy.impair("down", { blackhole: true });
  for (const end = performance.now() + options.seconds * 1_000; performance.now() < end; await pause(LOOK_MS)) {
    highest = Math.max(highest, await memory());
  }
  phase = "over";
  await Promise.race([Promise.all(guests.slice(2).map(({ over }) => over)), pause(10_000, undefined, { ref: false })]);
  for (const { client } of guests) client.$connection.close();
  return {
    events,
    growthBytes: highest - before,
    p99BeforeMs: percentile99(ages.before),
    p99AfterMs: percentile99(ages.after),
    reading,
    failures: [...failures, ...yard.read().failures],
  };
}

function percentile99(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length * 0.99)] ?? 0;
}

/** What the server holds for a connection that does nothing, and for one that reads the feed. */
import { setTimeout as pause } from "node:timers/promises";
import type { Usage } from "../process/control.js";
import type { Line } from "../process/peer.js";
import { checkReply, sampleOf } from "../process/sample.js";
import { connectAll, type Stage, type Workload } from "./workload.js";

const CONNECTIONS = 1_000;

/** Opened first, called and read, and left open: what is made once is made before anything is counted. */
const FIRST = 20;

async function called(lines: readonly Line[]): Promise<void> {
  for (const line of lines) checkReply(sampleOf(1), await line.call(sampleOf(1)));
}

async function read(stage: Stage, lines: readonly Line[], expected: number): Promise<void> {
  for (const line of lines) line.feed(() => {});
  for (let tries = 0; (await stage.control.ask<number>("readers")) < expected; tries++) {
    if (tries > 300) throw new Error("not all readers were heard of");
    await pause(100);
  }
}

async function held(stage: Stage): Promise<Usage> {
  await pause(2_000);
  return stage.control.ask<Usage>("collected");
}

const kib = (bytes = 0) => (bytes / 1_024).toFixed(1);

export const memory: Workload = {
  name: "memory",
  title: "heap per connection / reading",
  figure: "idleBytes",
  better: "less",
  show: ({ idleBytes, readingBytes }) => `${kib(idleBytes)} / ${kib(readingBytes)} KiB`,
  run: async (stage) => {
    const count = Math.max(CONNECTIONS, stage.connections);
    const first = await connectAll(stage, FIRST);
    await called(first);
    await read(stage, first, FIRST);
    const before = await held(stage);
    const lines = await connectAll(stage, count);
    await called(lines);
    const idle = await held(stage);
    await read(stage, lines, FIRST + count);
    const reading = await held(stage);
    return {
      idleBytes: (idle.heapBytes - before.heapBytes) / count,
      readingBytes: (reading.heapBytes - before.heapBytes) / count,
      idleResidentBytes: (idle.residentBytes - before.residentBytes) / count,
      readingResidentBytes: (reading.residentBytes - before.residentBytes) / count,
    };
  },
};

/** The leak soak: a client connects, calls, listens and leaves, again and again, beside a server that stays. */

import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createClient } from "@trunkline/client";
import { implement, serve } from "@trunkline/server";
import { contract } from "./contract.js";

export interface SoakFigures {
  readonly cycles: number;
  /** After garbage collection: how much larger the heap is at the end than after the warm-up, in percent. */
  readonly heapGrowthPercent: number;
  /** Handles and timers of this process: now less before. */
  readonly resources: number;
  /** Sessions the server still has. */
  readonly sessions: number;
}

const AT_ONCE = 16;
/** By then what is compiled and cached for good is there. */
const WARM_UP = 0.25;

export async function runSoak(cycles: number): Promise<SoakFigures> {
  const router = implement(contract).router({
    look: ({ input }) => input.token,
    spend: ({ input }) => input.token,
    put: ({ input }) => input.token,
    compute: ({ input }) => input.token,
    borrow: ({ input }) => input.token,
    numbered: async function* () {},
    bare: async function* ({ input }) {
      for (let number = 1; number <= input.to; number++) yield number;
    },
    paced: async function* () {},
    feed: async function* () {},
    flow: () => {},
    readers: () => 0,
    memory: () => 0,
  });
  await using server = await serve(router, {});
  const settle = async () => {
    for (let look = 0; look < 200 && server.server.connections.size > 0; look++) await pause(10);
    await pause(100);
  };
  const run = async (count: number) => {
    let left = count;
    const one = async () => {
      while (left-- > 0) await cycle(server.url, left);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    await settle();
  };
  await run(AT_ONCE);
  const resources = process.getActiveResourcesInfo().length;
  await run(Math.ceil(cycles * WARM_UP));
  const before = heapBytes();
  await run(cycles);
  return {
    cycles,
    heapGrowthPercent: (heapBytes() / before - 1) * 100,
    resources: process.getActiveResourcesInfo().length - resources,
    sessions: server.server.connections.size,
  };
}

async function cycle(url: string, number: number): Promise<void> {
  await using client = createClient(contract, { url });
  const token = String(number);
  const answers = await Promise.all([client.look({ token, takesMs: 0 }), client.spend({ token, takesMs: 0 })]);
  if (answers.some((answer) => answer !== token)) throw new Error(`${token} was answered ${answers.join(", ")}`);
  // Half of the clients leave while a stream is open.
  const stream = client.bare({ to: 10 });
  for await (const event of stream) if (event === 5 && number % 2 === 0) break;
}

/** What is held after garbage collection. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 4; round++) collect();
  return process.memoryUsage().heapUsed;
}

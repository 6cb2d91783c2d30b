/**
 * A server in its own process: `server-process.ts <ledger file> <port> <limits>`. What it has seen it writes down at once, a
 * line each, so that it is known even of a process that was killed: `+ token` a handler started, `session`, `! error`.
 */
import { openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Limits } from "@trunkline/core";
import { createTopic, event, implement, serve } from "@trunkline/server";
import { contract } from "./contract.js";
import type { Order, Report } from "./server-child.js";

const [, , ledgerFile = "", port = "0", limits = "{}"] = process.argv;
const ledger = openSync(ledgerFile, "a");
const TEXT = "x".repeat(200);
const note = (line: string) => void writeSync(ledger, `${line}\n`);

async function work({ input }: { input: { token: string; takesMs: number } }): Promise<string> {
  note(`+ ${input.token}`);
  if (input.takesMs > 0) await pause(input.takesMs);
  return input.token;
}

function compute({ input }: { input: { token: string; takesMs: number } }): string {
  note(`+ ${input.token}`);
  for (const end = performance.now() + input.takesMs; performance.now() < end; );
  return input.token;
}

/** What there is little of, as a pool of connections to a database: whoever comes waits for its turn, for as long as it takes. */
const places = { free: 20, waiting: [] as (() => void)[] };

async function borrow({ input }: { input: { token: string; takesMs: number } }): Promise<string> {
  note(`+ ${input.token}`);
  if (places.free > 0) places.free--;
  else await new Promise<void>((resolve) => places.waiting.push(resolve));
  await pause(input.takesMs);
  const next = places.waiting.shift();
  if (next) next();
  else places.free++;
  return input.token;
}

const feed = createTopic(contract.feed);
let readers = 0;

/** Publishes what is due, every few milliseconds, for as long as the process lives. */
async function flow({ input }: { input: { perSecond: number } }): Promise<void> {
  const startedAt = performance.now();
  const publish = async () => {
    for (let number = 1; ; await pause(5, undefined, { ref: false })) {
      for (; number <= ((performance.now() - startedAt) / 1_000) * input.perSecond; number++) {
        await feed.publish({ number, at: performance.timeOrigin + performance.now(), text: TEXT });
      }
    }
  };
  void publish();
}

const router = implement(contract).router({
  look: work,
  spend: work,
  put: work,
  compute,
  borrow,
  numbered: async function* ({ input, lastEventId }) {
    for (let number = Number(lastEventId ?? 0) + 1; number <= input.to; number++) {
      yield event(number, { id: String(number) });
    }
  },
  bare: async function* ({ input }) {
    for (let number = 1; number <= input.to; number++) yield number;
  },
  paced: async function* ({ input, signal }) {
    while (true) {
      yield { at: performance.timeOrigin + performance.now(), text: TEXT };
      await pause(input.everyMs, undefined, { signal });
    }
  },
  feed: ({ lastEventId }) => {
    readers++;
    return feed.subscribe({ after: lastEventId });
  },
  flow,
  readers: () => readers,
  memory: () => process.memoryUsage.rss(),
});

const server = await serve(router, {
  port: Number(port),
  limits: JSON.parse(limits) as Partial<Limits>,
  onConnect: () => note("session"),
  onError: ({ error }) => note(`! ${String(error)}`),
});

const tell = (report: Report) => void process.send?.(report);

process.on("message", (order: Order) => {
  void server.drain(order.drain).then((drained) => {
    tell({ drained });
    process.disconnect();
  });
});
// Nobody is left to talk to, wanted or not.
process.on("disconnect", () => process.exit());
tell({ port: server.port });

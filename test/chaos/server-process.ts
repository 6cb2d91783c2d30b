/**
 * A server in its own process: `server-process.ts <ledger file> <port> <limits>`. What it has seen it writes down at once, a
 * line each, so that it is known even of a process that was killed: `+ token` a handler started, `session`, `! error`.
 */
import { openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Limits } from "@trunkline/core";
import { event, implement, serve } from "@trunkline/server";
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

const router = implement(contract).router({
  look: work,
  spend: work,
  put: work,
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

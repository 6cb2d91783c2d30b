/**
 * Head of line: one large answer, and small calls beside it on the same connection, over a line with a bandwidth and a
 * delay. What is measured is how long the small ones take while the large one is under way.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@trunkline/client";
import { defineContract, query } from "@trunkline/core";
import { implement, serve } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { z } from "zod";
import { dialOneMessage, serveOneMessage } from "./one-message.js";

export interface HeadOfLineOptions {
  readonly valueBytes: number;
  readonly smallCalls: number;
  /** From one small call to the next. */
  readonly everyMs: number;
  /** Default: as fast as this machine. */
  readonly bytesPerSecond?: number;
  /** Each way. */
  readonly latencyMs?: number;
  /** Beside it: a server written by hand, which sends each answer as one message. */
  readonly inOneMessage?: boolean;
}

/** One connection. */
export interface Line {
  large(bytes: number): Promise<string>;
  small(number: number): Promise<number>;
  /** How often it was lost. */
  losses(): number;
  close(): void;
}

export interface HeadOfLineFigures {
  /** Small calls that were made while the large answer was under way, and how long they took. */
  readonly beside: number;
  /** Those of them that were answered before it was. */
  readonly besideBefore: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly largestMs: number;
  /** How long the large answer took. */
  readonly valueMs: number;
  /** How often the connection was lost. */
  readonly losses: number;
}

const contract = defineContract({
  large: query({ input: z.object({ bytes: z.number() }), output: z.string() }),
  small: query({ input: z.object({ number: z.number() }), output: z.number() }),
});

const router = implement(contract).router({
  large: ({ input }) => "x".repeat(input.bytes),
  small: ({ input }) => input.number,
});

export async function runHeadOfLine(options: HeadOfLineOptions): Promise<HeadOfLineFigures> {
  const { valueBytes, smallCalls, everyMs, bytesPerSecond, latencyMs, inOneMessage = false } = options;
  const limits = { messageBytes: valueBytes + 1_024, valueBytes: valueBytes + 2_048 };
  await using server = await (inOneMessage ? serveOneMessage() : serve(router, { port: 0, limits }));
  await using proxy = await openFaultProxy(server.port);
  const onLine = bytesPerSecond !== undefined || latencyMs !== undefined;
  const url = `ws://127.0.0.1:${onLine ? proxy.port : server.port}`;
  const line = await (inOneMessage ? dialOneMessage(url) : dial(url, limits));
  proxy.impair("both", { ...(bytesPerSecond ? { bytesPerSecond } : {}), ...(latencyMs ? { latencyMs } : {}) });

  const took: number[] = [];
  let over = false;
  let besideBefore = 0;
  const begin = performance.now();
  const large = line.large(valueBytes).then((text) => {
    over = true;
    if (text.length !== valueBytes) throw new Error(`${text.length} of ${valueBytes} bytes arrived`);
    return performance.now() - begin;
  });
  const small: Promise<void>[] = [];
  for (let number = 1; number <= smallCalls && !over; number++) {
    const asked = performance.now();
    small.push(
      line.small(number).then((answer) => {
        if (answer !== number) throw new Error(`${answer} is not the answer to ${number}`);
        took.push(performance.now() - asked);
        if (!over) besideBefore++;
      }),
    );
    await pause(everyMs);
  }
  const valueMs = await large;
  await Promise.all(small);
  const losses = line.losses();
  line.close();
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { beside: took.length, besideBefore, p50Ms: at(0.5), p99Ms: at(0.99), largestMs: at(1), valueMs, losses };
}

async function dial(
  url: string,
  limits: { readonly messageBytes: number; readonly valueBytes: number },
): Promise<Line> {
  const client = createClient(contract, { url, limits });
  await client.small({ number: 0 });
  let losses = 0;
  client.$connection.subscribe(() => {
    if (client.$connection.status.state !== "ready") losses++;
  });
  return {
    large: (bytes) => client.large({ bytes }, { timeoutMs: 120_000 }),
    small: (number) => client.small({ number }, { timeoutMs: 120_000 }),
    losses: () => losses,
    close: () => client.$connection.close(),
  };
}

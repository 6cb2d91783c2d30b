/**
 * The surge: how much a server can serve is measured, then ten times as much is asked of it, by clients that wait for
 * nobody; then half as much. What that does to the calls that are answered, to those that are refused, and to those after.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient, type SafeResult, safe } from "@trunkline/client";
import type { Limits, RpcError } from "@trunkline/core";
import { contract } from "./contract.js";
import { ServerYard } from "./server-child.js";

/** `compute`: the process has no time left. `borrow`: it has, and what its handlers wait for has not. */
export type Scarcity = "compute" | "borrow";

export interface SurgeOptions {
  readonly scarcity: Scarcity;
  readonly clients: number;
  /** Each of the three parts. */
  readonly seconds: number;
  readonly limits: Partial<Limits>;
}

export interface SurgeFigures {
  /** Calls answered in a second when as many are in flight as do it good. */
  readonly peak: number;
  /** Asked for in a second, and answered in time, while it was too much. */
  readonly offered: number;
  readonly goodput: number;
  readonly refused: number;
  /** From asking to hearing that it is refused. */
  readonly refusalP99Ms: number;
  readonly answerP99Ms: number;
  /** At half of what it can serve, before and after. */
  readonly calmP99Ms: number;
  /** Until all answers come as quickly as before. */
  readonly recoveryMs: number;
  /** Failed in any other way: their time was over. */
  readonly late: number;
  /** Refused, and ran all the same; answered, and did not run once; or no outcome is known. */
  readonly wrong: number;
}

/** How long each takes, so that a server has some hundred calls a second to give whatever the machine is. */
const TAKES_MS: Record<Scarcity, number> = { compute: 2, borrow: 20 };
const TIMES = 10;
/** As many keep a server busy, and hardly have to wait. */
const IN_FLIGHT = 24;
const DEADLINE_MS = 1_000;
const TICK_MS = 5;
/** In which the p99 of a part is looked at. */
const WINDOW_MS = 500;

interface Asked {
  readonly token: string;
  readonly at: number;
  readonly ms: number;
  readonly end: "answered" | "refused" | "late" | "wrong";
}

export async function runSurge({ scarcity, clients, seconds, limits }: SurgeOptions): Promise<SurgeFigures> {
  await using yard = new ServerYard(limits);
  const { port } = await yard.start();
  const lines = Array.from({ length: clients }, () => createClient(contract, { url: `ws://127.0.0.1:${port}` }));
  const all: Asked[] = [];
  let made = 0;

  const ask = async (): Promise<Asked> => {
    const token = `surge ${made++}`;
    const at = performance.now();
    const input = { token, takesMs: TAKES_MS[scarcity] };
    const result = await safe(lines[made % clients]![scarcity](input, { timeoutMs: DEADLINE_MS }));
    const asked = { token, at, ms: performance.now() - at, end: endOf(result, token) };
    all.push(asked);
    return asked;
  };
  /** As many at a time for so long. */
  const keep = async (inFlight: number, ms: number) => {
    const end = performance.now() + ms;
    const worker = async () => {
      const mine: Asked[] = [];
      while (performance.now() < end) mine.push(await ask());
      return mine;
    };
    return (await Promise.all(Array.from({ length: inFlight }, worker))).flat();
  };
  /** So many a second for so long, whatever becomes of them. */
  const pour = async (perSecond: number, ms: number) => {
    const startedAt = performance.now();
    const poured: Promise<Asked>[] = [];
    for (let passed = 0; passed < ms; passed = performance.now() - startedAt) {
      while (poured.length < (Math.min(passed, ms) * perSecond) / 1_000) poured.push(ask());
      await pause(TICK_MS);
    }
    return await Promise.all(poured);
  };

  await Promise.all(lines.map((line) => line.memory()));
  await keep(IN_FLIGHT, 500);
  const best = await keep(IN_FLIGHT, seconds * 1_000);
  const peak = best.filter(answered).length / seconds;
  const calm = await pour(peak / 2, seconds * 1_000);
  const surgeAt = performance.now();
  const surge = await pour(peak * TIMES, seconds * 1_000);
  const served = surge.filter((asked) => answered(asked) && asked.at + asked.ms < surgeAt + seconds * 1_000);
  const overAt = surgeAt + seconds * 1_000;
  const after = await pour(peak / 2, Math.max(seconds, 4) * 1_000);
  for (const line of lines) line.$connection.close();

  const { starts } = yard.read();
  const calmP99Ms = p99(calm.filter(answered));
  return {
    peak,
    offered: surge.length / seconds,
    goodput: served.length / seconds,
    refused: surge.filter(({ end }) => end === "refused").length,
    refusalP99Ms: p99(surge.filter(({ end }) => end === "refused")),
    answerP99Ms: p99(served),
    calmP99Ms,
    recoveryMs: recovery(after, overAt, calmP99Ms),
    late: surge.filter(({ end }) => end === "late").length,
    wrong: all.filter(({ end, token }) => end === "wrong" || !fits(end, starts.get(token) ?? 0)).length,
  };
}

const answered = ({ end }: Asked) => end === "answered";
const fits = (end: Asked["end"], runs: number) =>
  end === "answered" ? runs === 1 : end === "refused" ? runs === 0 : runs <= 1;

function endOf(result: SafeResult<string, RpcError>, token: string): Asked["end"] {
  if (result.ok) return result.data === token ? "answered" : "wrong";
  const { code, retryable } = result.error;
  // Of a mutation: worth another try only where it is certain that it did not run.
  if (code === "RESOURCE_EXHAUSTED" && retryable) return "refused";
  return code === "DEADLINE_EXCEEDED" ? "late" : "wrong";
}

function p99(asked: readonly Asked[]): number {
  return asked.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(asked.length * 0.99)] ?? 0;
}

/** When the last window ended in which something was not answered, or the p99 was more than twice as usual. */
function recovery(after: readonly Asked[], overAt: number, usualMs: number): number {
  const last = Math.max(...after.map(({ at }) => at));
  let recovered = 0;
  for (let from = overAt, until = from + WINDOW_MS; from < last; from = until, until += WINDOW_MS) {
    const asked = after.filter(({ at }) => at >= from && at < until);
    const normal = asked.every(answered) && p99(asked) <= 2 * usualMs + 10;
    if (!normal) recovered = until - overAt;
  }
  return recovered;
}

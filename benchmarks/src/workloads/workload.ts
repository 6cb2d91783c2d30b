/** What a workload is, and how its work is counted: the same for each of them. */
import { setTimeout as pause } from "node:timers/promises";
import { type Control, type Usage, usageOf } from "../process/control.js";
import type { Ability, Line } from "../process/peer.js";

/** What a workload is told. */
export interface Settings {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** How many connections, where the workload leaves it open. */
  readonly connections: number;
  /** How large a payload, where the workload leaves it open. */
  readonly bytes: number;
}

export interface Stage extends Settings {
  readonly control: Control;
  connect(): Promise<Line>;
}

/** Numbers by name; the name ends in the unit. */
export type Figures = Readonly<Record<string, number>>;

export interface Workload {
  readonly name: string;
  /** The head of its column. */
  readonly title: string;
  readonly needs?: Ability;
  /** The figure that is compared, and whether more of it is better. */
  readonly figure: string;
  readonly better: "more" | "less";
  /** How the figure reads in a table. */
  show(figures: Figures): string;
  run(stage: Stage): Promise<Figures>;
}

/** Counts what is done while the window of measurement is open. */
export interface Tally {
  done: number;
  readonly latenciesUs: number[];
  /** Open between warm-up and end. */
  open: boolean;
  /** True until the end: workers go on while it holds. */
  running: boolean;
}

/** Lets workers run, warms up, and measures both ends for as long as was asked. */
export async function measured(stage: Stage, work: (tally: Tally) => Promise<unknown>[]): Promise<Figures> {
  const tally: Tally = { done: 0, latenciesUs: [], open: false, running: true };
  const workers = Promise.all(work(tally));
  // A worker that fails ends the measurement at once; one that ends is waited for at the end.
  const failed = workers.then(() => new Promise<never>(() => {}));
  await Promise.race([pause(stage.warmUpSeconds * 1_000), failed]);
  const before = await usages(stage.control);
  const from = performance.now();
  tally.done = 0;
  tally.open = true;
  await Promise.race([pause(stage.seconds * 1_000), failed]);
  const elapsedMs = performance.now() - from;
  const { done } = tally;
  const after = await usages(stage.control);
  tally.running = tally.open = false;
  await Promise.race([workers, pause(10_000)]);
  if (done === 0) throw new Error("nothing was done while it was measured");
  return {
    perSecond: (done * 1_000) / elapsedMs,
    serverUs: (after.server.cpuUs - before.server.cpuUs) / done,
    clientUs: (after.client.cpuUs - before.client.cpuUs) / done,
    serverResidentBytes: after.server.residentBytes,
    clientResidentBytes: after.client.residentBytes,
    ...latencies(tally.latenciesUs),
  };
}

async function usages(control: Control) {
  const client = usageOf();
  return { client, server: await control.ask<Usage>("usage") };
}

/** Median and 99th percentile, where any were noted. */
export function latencies(us: readonly number[]): Figures {
  if (us.length === 0) return {};
  const sorted = Float64Array.from(us).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Us: at(0.5), p99Us: at(0.99) };
}

/** Opens connections some at a time, so that no server's queue of connections is full. */
export async function connectAll(stage: Stage, count: number): Promise<Line[]> {
  const lines: Line[] = [];
  while (lines.length < count) {
    const more = Array.from({ length: Math.min(50, count - lines.length) }, () => stage.connect());
    lines.push(...(await Promise.all(more)));
  }
  return lines;
}

/** Large payloads: echoes of text and of bytes, and what a large transfer does to small calls beside it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Line } from "../process/peer.js";
import { checkReply, checkText, nowUs, sampleOf, textOf } from "../process/sample.js";
import { type Figures, measured, type Tally, type Workload } from "./workload.js";

const MiB = 1024 * 1024;

/** Echoes under way at once, so that both ends have something to do. */
const ECHOES = 2;

/** One small call is due this often, whatever became of the one before: a call that has to wait is seen as late. */
const CALL_EVERY_MS = 5;

const showRate = ({ megabytesPerSecond = 0 }: Figures) => `${Math.round(megabytesPerSecond)} MB/s`;

const withRate = (figures: Figures, bytes: number): Figures => {
  return { ...figures, megabytesPerSecond: ((figures.perSecond ?? 0) * bytes) / 1e6 };
};

async function textEcho(line: Line, tally: Tally, text: string): Promise<void> {
  while (tally.running) {
    checkText(text, await line.echo(text));
    tally.done++;
  }
}

async function bytesEcho(line: Line, tally: Tally, bytes: Uint8Array): Promise<void> {
  while (tally.running) {
    const back = await line.echoBytes?.(bytes);
    const places = [0, bytes.length >> 1, bytes.length - 1];
    if (back?.length !== bytes.length || places.some((at) => back[at] !== bytes[at]))
      throw new Error("other bytes came back");
    tally.done++;
  }
}

/** Calls by the clock: each is late by what it had to wait for. */
async function clockwork(line: Line, tally: Tally): Promise<void> {
  const sample = sampleOf(1);
  const open = new Set<Promise<void>>();
  let failure: unknown;
  const call = async (due: number) => {
    checkReply(sample, await line.call(sample));
    if (tally.open) tally.latenciesUs.push(nowUs() - due);
  };
  for (let due = nowUs(); tally.running && !failure; due += CALL_EVERY_MS * 1_000) {
    const early = due - nowUs();
    if (early > 0) await pause(early / 1_000);
    const answered: Promise<void> = call(due)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => open.delete(answered));
    open.add(answered);
  }
  await Promise.all(open);
  if (failure) throw failure;
}

async function transfers(line: Line, tally: Tally, bytes: number): Promise<void> {
  const text = textOf(bytes);
  while (tally.running) {
    checkText(text, await line.fetch(bytes));
    tally.done++;
  }
}

const payload = { figure: "megabytesPerSecond", better: "more", show: showRate } as const;

/** The bytes it is told, or 1 MiB. */
const textWorkload = (name: string, title: string): Workload => ({
  ...payload,
  name,
  title,
  run: async (stage) => {
    const line = await stage.connect();
    const text = textOf(stage.bytes || MiB);
    const echo = (tally: Tally) => Array.from({ length: ECHOES }, () => textEcho(line, tally, text));
    return withRate(await measured(stage, echo), text.length);
  },
});

export const payloads: readonly Workload[] = [
  textWorkload("text-1mib", "1 MiB text"),
  {
    ...payload,
    name: "bytes-1mib",
    title: "1 MiB bytes",
    needs: "bytes",
    run: async (stage) => {
      const line = await stage.connect();
      const bytes = new Uint8Array(MiB).fill(7);
      const echo = (tally: Tally) => Array.from({ length: ECHOES }, () => bytesEcho(line, tally, bytes));
      return withRate(await measured(stage, echo), bytes.length);
    },
  },
  {
    name: "beside-16mib",
    title: "small call beside 16 MiB, p99",
    figure: "p99Us",
    better: "less",
    show: ({ p99Us = 0, p50Us = 0 }) => `${Math.round(p99Us / 1_000)} ms (p50 ${Math.round(p50Us / 1_000)})`,
    run: async (stage) => {
      const line = await stage.connect();
      const figures = await measured(stage, (tally) => [clockwork(line, tally), transfers(line, tally, 16 * MiB)]);
      return withRate(figures, 16 * MiB);
    },
  },
];

/** For growth. */
export const echo: Workload = textWorkload("echo", "echo of N bytes");

/** Small calls: one at a time, many in flight, and over many connections. Each worker makes its next call when one is answered. */
import type { Line } from "../process/peer.js";
import { checkReply, nowUs, sampleOf } from "../process/sample.js";
import { connectAll, measured, type Stage, type Tally, type Workload } from "./workload.js";

/** One worker: a call after the other, on its lines in turn. */
async function caller(lines: readonly Line[], tally: Tally, { timed }: { timed: boolean }): Promise<void> {
  for (let id = 0, turn = 0; tally.running; id = (id + 1) % 1_000, turn = (turn + 1) % lines.length) {
    const sample = sampleOf(id);
    const from = timed ? nowUs() : 0;
    checkReply(sample, await lines[turn]!.call(sample));
    tally.done++;
    if (timed && tally.open) tally.latenciesUs.push(nowUs() - from);
  }
}

/** Connections are shared out to the callers; where there are more callers, some share one. */
const inFlight = (name: string, title: string, shape: (stage: Stage) => { connections: number; callers: number }) => {
  const workload: Workload = {
    name,
    title,
    figure: "perSecond",
    better: "more",
    show: ({ perSecond = 0, serverUs = 0 }) => `${Math.round(perSecond / 100) / 10} k/s, ${serverUs.toFixed(1)} µs`,
    run: async (stage) => {
      const { connections, callers } = shape(stage);
      const lines = await connectAll(stage, connections);
      const shares = Array.from({ length: callers }, (_, caller) => {
        return connections < callers
          ? [lines[caller % connections]!]
          : lines.filter((_, place) => place % callers === caller);
      });
      return measured(stage, (tally) => shares.map((share) => caller(share, tally, { timed: false })));
    },
  };
  return workload;
};

/** One at a time, a second has few calls: so many times longer it takes until the compiler has seen enough of them. */
const WARM_UPS = 6;

export const calls: readonly Workload[] = [
  {
    name: "one-at-a-time",
    title: "one at a time, p50",
    figure: "p50Us",
    better: "less",
    show: ({ p50Us = 0 }) => `${Math.round(p50Us)} µs`,
    run: async (stage) => {
      const line = await stage.connect();
      const warm = { ...stage, warmUpSeconds: stage.warmUpSeconds * WARM_UPS };
      return measured(warm, (tally) => [caller([line], tally, { timed: true })]);
    },
  },
  inFlight("in-flight-64", "64 in flight", () => ({ connections: 1, callers: 64 })),
  inFlight("in-flight-256", "256 in flight", () => ({ connections: 1, callers: 256 })),
  inFlight("connections-100", "100 connections × 8", () => ({ connections: 100, callers: 800 })),
];

/** For growth: as many connections as asked, with 512 calls in flight in all. */
export const connections = inFlight("connections", "calls over N connections", ({ connections }) => {
  return { connections, callers: 512 };
});

/**
 * `npm run bench:growth`: what becomes of calls, fan-out, large payloads and large contracts as they grow. Figures as JSON,
 * one chart for each; `--write` puts them into docs/performance.md.
 */
import { FLOOR, OURS } from "./peers/peers.js";
import { measure } from "./process/measure.js";
import { lines, type Point } from "./report/chart.js";
import { environmentOf } from "./report/environment.js";
import { type Options, readOptions } from "./report/options.js";
import { medianOf, progress } from "./report/rounds.js";
import { keep, picture, quote } from "./report/store.js";
import { asMarkdown, asText } from "./report/table.js";
import type { Figures } from "./workloads/workload.js";

interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly workload: string;
  readonly sizes: readonly number[];
  /** What grows. */
  readonly grows: "connections" | "bytes" | "procedures";
  readonly figure: string;
  readonly unit: string;
}

const rate = { figure: "perSecond", unit: "a second" } as const;

const sweeps: readonly Sweep[] = [
  {
    name: "connections",
    title: "connections",
    workload: "connections",
    grows: "connections",
    ...rate,
    sizes: [1, 10, 100, 1_000, 10_000],
  },
  {
    name: "subscribers",
    title: "subscribers",
    workload: "subscribers",
    grows: "connections",
    ...rate,
    sizes: [1, 10, 100, 1_000, 10_000],
  },
  {
    name: "payload",
    title: "bytes of payload",
    workload: "echo",
    grows: "bytes",
    figure: "megabytesPerSecond",
    unit: "MB/s",
    sizes: [16, 256, 4_096, 65_536, 1_048_576],
  },
  {
    name: "procedures",
    title: "procedures",
    workload: "in-flight-64",
    grows: "procedures",
    ...rate,
    sizes: [10, 100, 500, 2_000],
  },
];

/** Where few things are done in a second, it takes some until the compiler has seen enough of them. */
const WARM_UPS = 2;

interface Reading {
  readonly peer: string;
  readonly size: number;
  /** Undefined where the peer failed at this size. */
  readonly figures: Figures | undefined;
}

const options = readOptions({ peers: [FLOOR, OURS], rounds: 3, seconds: 1 });
const chosen = sweeps.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
if (chosen.length === 0) throw new Error(`--only expects some of ${sweeps.map(({ name }) => name).join(", ")}`);

const found: Record<string, readonly Reading[]> = {};
const sections: string[] = [];
for (const sweep of chosen) {
  const readings = await readingsOf(sweep, options);
  found[sweep.name] = readings;
  const table = tableOf(sweep, readings);
  console.log(`${asText(table)}\n`);
  if (options.write) sections.push(asMarkdown(table), await chartsOf(sweep, readings));
}
progress("");
const { rounds, seconds } = options;
keep("growth", { environment: await environmentOf(options), rounds, seconds, found }, { quoted: options.write });
if (options.write) quote("growth", sections.join("\n\n"));

/** As in the table of all peers, they take turns; the median is over the rounds. */
async function readingsOf(sweep: Sweep, { peers, rounds, seconds, node }: Options): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const size of sweep.sizes) {
    const all = new Map<string, Figures[]>(peers.map((peer) => [peer, []]));
    for (let round = 0; round < rounds; round++) {
      for (const peer of peers) {
        progress(`${sweep.name} ${size}, round ${round + 1}: ${peer}`);
        const grown = { connections: 1, bytes: 0, procedures: 0, [sweep.grows]: size };
        const told = await measure({
          peer,
          workload: sweep.workload,
          seconds,
          warmUpSeconds: seconds * WARM_UPS,
          node,
          ...grown,
        });
        if ("figures" in told) all.get(peer)?.push(told.figures);
      }
    }
    readings.push(...[...all].map(([peer, figures]) => ({ peer, size, figures: mediansOf(figures) })));
  }
  return readings;
}

function mediansOf(rounds: readonly Figures[]): Figures | undefined {
  const [first] = rounds;
  if (!first) return undefined;
  const median = (name: string) => medianOf(rounds.map((figures) => figures[name] ?? 0)) ?? 0;
  return Object.fromEntries(Object.keys(first).map((name) => [name, median(name)]));
}

function tableOf(sweep: Sweep, readings: readonly Reading[]): string[][] {
  const peers = [...new Set(readings.map(({ peer }) => peer))];
  const cell = (peer: string, size: number) => {
    const figures = readings.find((reading) => reading.peer === peer && reading.size === size)?.figures;
    if (!figures) return "–";
    const { serverUs = 0, clientUs = 0 } = figures;
    return `${Number((figures[sweep.figure] ?? 0).toPrecision(3))}, ${serverUs.toFixed(1)} + ${clientUs.toFixed(1)} µs`;
  };
  const head = [sweep.title, ...peers.map((peer) => `${peer}: ${sweep.unit}, CPU of server + client`)];
  return [head, ...sweep.sizes.map((size) => [String(size), ...peers.map((peer) => cell(peer, size))])];
}

async function chartsOf({ name, title, figure, unit }: Sweep, readings: readonly Reading[]): Promise<string> {
  const points = (of: string): Point[] =>
    readings.flatMap(({ peer, size, figures }) => (figures ? [{ series: peer, x: size, y: figures[of] ?? 0 }] : []));
  const charts = [
    picture(
      `growth-${name}`,
      `${unit} against ${title}`,
      await lines(`against ${title}`, [title, unit], points(figure)),
    ),
    picture(
      `growth-${name}-cpu`,
      `server CPU against ${title}`,
      await lines(`server CPU against ${title}`, [title, "µs per operation"], points("serverUs")),
    ),
  ];
  return charts.join("\n");
}

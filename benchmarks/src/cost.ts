/**
 * `npm run bench:cost`: what sessions and credit cost. The same programs with and without them take turns; the cost is by
 * how much CPU per operation is higher with them, as the median over the rounds. `--write` renews docs/performance.md.
 */
import { fileURLToPath } from "node:url";
import { buildFrom } from "./cost/builds.js";
import { OURS } from "./peers/peers.js";
import { measure } from "./process/measure.js";
import { environmentOf } from "./report/environment.js";
import { readOptions } from "./report/options.js";
import { medianOf, progress } from "./report/rounds.js";
import { keep, quote } from "./report/store.js";
import { asMarkdown, asText } from "./report/table.js";
import type { Figures } from "./workloads/workload.js";
import { workloadOf } from "./workloads/workloads.js";

const options = readOptions({ rounds: 7, seconds: 1 });
const { rounds, seconds, node, only, write } = options;
const names = only.length === 0 ? ["one-at-a-time", "in-flight-64", "stream"] : only;

const here = fileURLToPath(new URL("..", import.meta.url));
await buildFrom(here, "whole", { isBare: false });
await buildFrom(here, "bare", { isBare: true });

const found: Record<string, readonly Shares[]> = {};
const rows: string[][] = [];
for (const name of names) {
  const shares: Shares[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`${name}, round ${round}`);
    const bare = await run(name, "bare");
    const whole = await run(name, "whole");
    const ratio = (figure: string) => (whole[figure] ?? Number.NaN) / (bare[figure] ?? Number.NaN);
    shares.push({ server: ratio("serverUs"), client: ratio("clientUs"), rate: ratio("perSecond") });
  }
  found[name] = shares;
  const cost = (of: keyof Shares) => percent(medianOf(shares.map((share) => share[of])));
  rows.push([workloadOf(name).title, cost("server"), cost("client"), cost("rate")]);
}
progress("");

const table = [["", "CPU of the server", "CPU of the client", "operations a second"], ...rows];
console.log(asText(table));
keep("cost", { environment: await environmentOf(options), rounds, seconds, found }, { quoted: write });
if (write) quote("cost", asMarkdown(table));

/** With them, of what it is without. */
interface Shares {
  readonly server: number;
  readonly client: number;
  readonly rate: number;
}

async function run(workload: string, build: string): Promise<Figures> {
  const told = await measure({ peer: OURS, workload, seconds, warmUpSeconds: seconds / 2, node, build });
  if ("figures" in told) return told.figures;
  throw new Error(`${workload}, ${build}: ${told.failure}`);
}

function percent(share = Number.NaN): string {
  const change = (share - 1) * 100;
  return `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(1)} %`;
}

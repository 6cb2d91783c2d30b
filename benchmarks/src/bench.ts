/** `npm run bench`: every workload over every peer, as one table. `--write` renews docs/performance.md. */
import { FLOOR, OURS } from "./peers/peers.js";
import { bars } from "./report/chart.js";
import { environmentOf, sentenceOf } from "./report/environment.js";
import { readOptions } from "./report/options.js";
import { type Board, playRounds } from "./report/rounds.js";
import { keep, picture, quote } from "./report/store.js";
import { asMarkdown, asText, failuresOf, notFirst, tableOf } from "./report/table.js";
import type { Workload } from "./workloads/workload.js";
import { workloadOf, workloads } from "./workloads/workloads.js";

const options = readOptions({ rounds: 3, seconds: 1 });
const chosen = options.only.length === 0 ? workloads : options.only.map(workloadOf);
const environment = await environmentOf(options);
const { board, rounds } = await playRounds(chosen, options);

const table = tableOf(board, chosen, options.peers);
const about = `${sentenceOf(environment)} ${rounds} rounds of ${options.seconds} s.`;
console.log(`${asText(table)}\n\n${about}`);
for (const failure of failuresOf(board)) console.log(`failed: ${failure}`);

keep("bench", { environment, rounds, seconds: options.seconds, board }, { quoted: options.write });
if (options.write) {
  const charts = await Promise.all(chosen.map((workload) => chartOf(workload, board)));
  quote("bench", [asMarkdown(table), about, notFirst(board, chosen), charts.join("\n")].join("\n\n"));
}
if (failuresOf(board).length > 0) process.exitCode = 1;

/** How many times as good as the floor, for each peer. */
async function chartOf(workload: Workload, { [workload.name]: cells = {} }: Board): Promise<string> {
  const values = Object.entries(cells).flatMap(([label, cell]) =>
    cell.kind === "measured" ? [{ label, value: cell.ratio, ours: label === OURS }] : [],
  );
  const title = `${workload.title}: times as good as ${FLOOR}`;
  return picture(workload.name, title, await bars(title, "more is better", values));
}

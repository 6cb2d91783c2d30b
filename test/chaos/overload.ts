/**
 * `npm run chaos:overload -- --clients 32 --seconds 5`: ten times the load that a server can serve, once where its
 * processor is what there is too little of, and once where its handlers wait for one of twenty places. `--handlers` says how
 * many of those may run at once. The last two lines have the figures; exit code 1 where less than 80 % of the peak is
 * served, where a refusal takes more than 50 ms, or where it takes 10 s until all is as before.
 */
import { option } from "./options.js";
import { runSurge, type Scarcity } from "./surge.js";

const clients = option("clients", 32);
const seconds = option("seconds", 5);
const handlers = option("handlers", 25);

for (const scarcity of ["compute", "borrow"] as const satisfies readonly Scarcity[]) {
  const limits = scarcity === "borrow" ? { handlers } : {};
  const figures = await runSurge({ scarcity, clients, seconds, limits });
  const { peak, offered, goodput, refused, refusalP99Ms, answerP99Ms, calmP99Ms, recoveryMs, late, wrong } = figures;
  console.log(
    `${scarcity}: clients ${clients} peak ${peak.toFixed(0)}/s offered ${offered.toFixed(0)}/s served ${goodput.toFixed(0)}/s ` +
      `(${((100 * goodput) / peak).toFixed(0)} % of the peak) p99 ${answerP99Ms.toFixed(0)} ms refused ${refused} ` +
      `p99 ${refusalP99Ms.toFixed(1)} ms late ${late} wrong ${wrong}; at half the peak p99 ${calmP99Ms.toFixed(1)} ms, ` +
      `again after ${(recoveryMs / 1_000).toFixed(1)} s`,
  );
  if (goodput < 0.8 * peak || refusalP99Ms > 50 || recoveryMs > 10_000 || wrong > 0) process.exitCode = 1;
}

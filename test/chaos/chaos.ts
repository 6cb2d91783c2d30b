/**
 * `npm run chaos -- --events 200000 --calls 20000 --cuts 2000 --seed 1`: that many events and calls through that many
 * forced disconnects, over real sockets. The last line has the figures; exit code 1 where one of the last four is not 0.
 */
import { option } from "./options.js";
import { runStorm } from "./storm.js";

const seed = option("seed", 1);
const startedAt = performance.now();
const figures = await runStorm({
  events: option("events", 200_000),
  calls: option("calls", 20_000),
  cuts: option("cuts", 2_000),
  clients: option("clients", 8),
  seed,
});
const { events, calls, cuts, sessions, lost, duplicated, reordered, unsettled, why } = figures;
const total = [...cuts.values()].reduce((sum, count) => sum + count, 0);
console.log([...cuts].map(([kind, count]) => `${kind} ${count}`).join(", "));
if (why !== undefined) console.log(`first: ${why}`);
console.log(
  `events ${events} calls ${calls} cuts ${total} sessions ${sessions} seed ${seed} ` +
    `seconds ${((performance.now() - startedAt) / 1000).toFixed(1)} ` +
    `lost ${lost} duplicated ${duplicated} reordered ${reordered} unsettled ${unsettled}`,
);
if (lost + duplicated + reordered + unsettled > 0 || why !== undefined) process.exitCode = 1;

/**
 * `npm run chaos:soak -- --cycles 20000`: that many cycles of connect, call, disconnect. The last line has the figures;
 * exit code 1 where the heap grows by more than 2 %, or a handle, a timer or a session is left.
 */
import { option } from "./options.js";
import { runSoak } from "./soak.js";

const startedAt = performance.now();
const { cycles, heapGrowthPercent, resources, sessions } = await runSoak(option("cycles", 20_000));
console.log(
  `cycles ${cycles} seconds ${((performance.now() - startedAt) / 1000).toFixed(1)} ` +
    `heap growth ${heapGrowthPercent.toFixed(2)} % handles and timers left ${resources} sessions left ${sessions}`,
);
if (heapGrowthPercent > 2 || resources > 0 || sessions > 0) process.exitCode = 1;

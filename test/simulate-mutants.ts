/** `npm run simulate:mutants`: plants each bug of the table, and says which invariant has seen it first, and where. */
import type { InvariantBroken } from "@trunkline/core/simulation";
import { hunt } from "./mutants/hunt.js";
import { type Mutant, mutants } from "./mutants/table.js";
import { huntInWorlds } from "./mutants/world-hunt.js";
import { worldMutants } from "./mutants/world-table.js";

const SEEDS = 2_000;
const WORLDS = 500;

/** Says what has seen it first. True: it was what the table expects. */
function judge({ name, caughtBy }: Pick<Mutant, "name" | "caughtBy">, kill: InvariantBroken | undefined): boolean {
  const expected = kill !== undefined && caughtBy.includes(kill.invariant);
  const verdict = kill === undefined ? "SURVIVED" : `${kill.invariant} at seed ${kill.seed}`;
  const unexpected = kill === undefined || expected ? "" : `, EXPECTED ${caughtBy.join(" or ")}`;
  console.log(`${name.padEnd(50)} ${verdict}${unexpected}`);
  return expected;
}

let killed = 0;
console.log(`in conversations, ${SEEDS} seeds at most:`);
for (const mutant of mutants) if (judge(mutant, hunt(mutant, SEEDS))) killed++;
console.log(`in worlds, ${WORLDS} seeds at most:`);
for (const mutant of worldMutants) if (judge(mutant, await huntInWorlds(mutant, WORLDS))) killed++;
const planted = mutants.length + worldMutants.length;
console.log(`${killed}/${planted} killed`);
if (killed < planted) process.exitCode = 1;

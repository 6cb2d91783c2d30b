/** `npm run simulate:mutants`: plants each bug of the table, and says which invariant has seen it first, and where. */
import { hunt } from "./mutants/hunt.js";
import { mutants } from "./mutants/table.js";

const SEEDS = 2_000;

let killed = 0;
for (const mutant of mutants) {
  const kill = hunt(mutant, SEEDS);
  const expected = kill !== undefined && mutant.caughtBy.includes(kill.invariant);
  if (expected) killed++;
  const verdict = kill === undefined ? `SURVIVED ${SEEDS} seeds` : `${kill.invariant} at seed ${kill.seed}`;
  const unexpected = kill === undefined || expected ? "" : `, EXPECTED ${mutant.caughtBy.join(" or ")}`;
  console.log(`${mutant.name.padEnd(50)} ${verdict}${unexpected}`);
}
console.log(`${killed}/${mutants.length} killed`);
if (killed < mutants.length) process.exitCode = 1;

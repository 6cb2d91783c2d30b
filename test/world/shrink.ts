/**
 * From a seed that fails to the few faults that it takes: ever smaller parts of what the seed plans are left out, and
 * what still breaks the same invariant is kept.
 *
 * @see Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002
 */
import type { Invariant } from "@trunkline/core/simulation";
import type { PlannedFault } from "./faults.js";
import { live, plannedFaults } from "./world.js";

/** The faults of a seed without which this would not have happened, as far as leaving parts of them out can tell. */
export async function shrink(seed: number, invariant: Invariant): Promise<readonly PlannedFault[]> {
  let kept = plannedFaults(seed);
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)];
      const { broken } = await live(seed, { faults: new Set(fewer.map(({ number }) => number)) });
      if (broken?.invariant === invariant) kept = fewer;
      else start += size;
    }
  }
  return kept;
}

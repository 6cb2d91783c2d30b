/**
 * From a seed that fails to the few faults that it takes: ever smaller parts of what the seed plans are left out, and
 * what still breaks the same invariant is kept. Faults draw from chances of their own, so one that is left out changes
 * the others only by what it would have done.
 *
 * @see Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002
 */
import type { PlannedFault } from "./faults.js";
import { InvariantBroken } from "./trace.js";
import { plannedFaults, simulate } from "./world.js";

/** The faults of its seed without which this would not have happened, as far as leaving parts of them out can tell. */
export function shrink({ seed, invariant }: InvariantBroken): readonly PlannedFault[] {
  let kept = plannedFaults(seed);
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (breaks(seed, fewer) === invariant) kept = fewer;
      else start += size;
    }
  }
  return kept;
}

function breaks(seed: number, faults: readonly PlannedFault[]): string | undefined {
  try {
    simulate(seed, { faults: new Set(faults.map(({ number }) => number)) });
    return undefined;
  } catch (error) {
    if (error instanceof InvariantBroken) return error.invariant;
    throw error;
  }
}

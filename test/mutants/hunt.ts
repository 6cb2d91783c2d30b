/** Hunts one mutant: plants it, and runs world after world until one goes wrong. */
import { InvariantBroken } from "@trunkline/core/simulation";
import { uprootAfter } from "./plant.js";
import type { Mutant } from "./table.js";

/** What the first world breaks that goes wrong with this bug in it. Undefined: all of them passed. */
export function hunt(mutant: Mutant, seeds: number): InvariantBroken | undefined {
  return uprootAfter(() => {
    mutant.plant();
    return firstBroken(mutant, seeds);
  });
}

/** The same, with the bug planted already. */
export function firstBroken({ run }: Mutant, seeds: number): InvariantBroken | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      run(seed);
    } catch (error) {
      if (error instanceof InvariantBroken) return error;
      throw error;
    }
  }
  return undefined;
}

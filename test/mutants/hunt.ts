/** Hunts one mutant: plants it, and runs world after world until one goes wrong. */
import { type Invariant, InvariantBroken } from "@trunkline/core/simulation";
import { uprootAfter } from "./plant.js";
import type { Mutant } from "./table.js";

export interface Kill {
  readonly invariant: Invariant;
  readonly seed: number;
}

/** The first world in which something did not hold. Undefined: all of them passed. */
export function hunt({ plant, run }: Mutant, seeds: number): Kill | undefined {
  return uprootAfter(() => {
    plant();
    for (let seed = 1; seed <= seeds; seed++) {
      const invariant = brokenBy(() => run(seed));
      if (invariant !== undefined) return { invariant, seed };
    }
    return undefined;
  });
}

function brokenBy(act: () => unknown): Invariant | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof InvariantBroken) return error.invariant;
    throw error;
  }
}

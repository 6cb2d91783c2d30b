/** Hunts a mutant in worlds of whole servers and clients, until one goes wrong. */
import type { InvariantBroken } from "@trunkline/core/simulation";
import { live } from "../world/world.js";
import { uprootAfterAll } from "./plant.js";
import type { WorldMutant } from "./world-table.js";

/** What the first world breaks that goes wrong with this bug in it. Undefined: all of them passed. */
export function huntInWorlds({ plant }: WorldMutant, seeds: number): Promise<InvariantBroken | undefined> {
  return uprootAfterAll(async () => {
    plant();
    for (let seed = 1; seed <= seeds; seed++) {
      const { broken } = await live(seed);
      if (broken !== undefined) return broken;
    }
    return undefined;
  });
}

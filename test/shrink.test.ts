/** A failing seed is shrunk to the faults that it takes, and those alone make it fail again. */
import { type InvariantBroken, plannedFaults, shrink, simulate } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { firstBroken } from "./mutants/hunt.js";
import { uprootAfter } from "./mutants/plant.js";
import { mutants } from "./mutants/table.js";

const SEEDS = 500;

/** Plants one mutant of the table, and takes it out after. */
const planted = <Result>(name: string, act: (broken: InvariantBroken) => Result): Result =>
  uprootAfter(() => {
    const mutant = mutants.find((candidate) => candidate.name === name)!;
    mutant.plant();
    return act(firstBroken(mutant, SEEDS)!);
  });

describe("shrinking", () => {
  it.each([
    "no generation check",
    "additive credit outside numbering",
    "resume is one frame too late",
    "mutation sent again without a session",
  ])("leaves fewer faults that break the same: %s", (name) =>
    planted(name, (broken) => {
      const faults = shrink(broken);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.length).toBeLessThan(plannedFaults(broken.seed).length);
      const replay = () => simulate(broken.seed, { faults: new Set(faults.map(({ number }) => number)) });
      expect(replay).toThrow(expect.objectContaining({ invariant: broken.invariant }));
    }),
  );

  it("leaves no fault where none is needed", () =>
    planted("call dispatched twice", (broken) => expect(shrink(broken)).toEqual([])));

  it("leaves out nothing else: with all of its faults, a seed is the run it was", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const faults = new Set(plannedFaults(seed).map(({ number }) => number));
      expect(simulate(seed, { faults })).toEqual(simulate(seed));
    }
  });
});

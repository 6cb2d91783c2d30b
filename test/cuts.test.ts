/** Cuts after every byte, and some of all pairs: `npm run simulate:cuts` makes them all. */
import { cutEverywhere, InvariantBroken } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { uprootAfter } from "./mutants/plant.js";
import { mutants } from "./mutants/table.js";

const EVERY = 41;

describe("a fixed script", () => {
  it("ends in the same application state, wherever its line is cut", { timeout: 30_000 }, () => {
    const { framesToServer, framesToClient, byteCuts, pairCuts, plays } = cutEverywhere({ every: EVERY });
    expect(Math.min(framesToServer, framesToClient)).toBeGreaterThanOrEqual(40);
    expect(byteCuts).toBeGreaterThan(10_000);
    expect(pairCuts).toBeGreaterThan(90);
    expect(plays).toBeLessThan(1_500);
  });

  it.each([
    "resume is one frame too early",
    "resume is one frame too late, numbers unchecked",
    "ack on parse",
    "credit lost while offline",
    "additive credit outside numbering",
    "id reuse accepted",
  ])("does not, with a planted bug: %s", { timeout: 30_000 }, (name) => {
    uprootAfter(() => {
      mutants.find((mutant) => mutant.name === name)!.plant();
      expect(() => cutEverywhere({ every: EVERY })).toThrow(InvariantBroken);
    });
  });
});

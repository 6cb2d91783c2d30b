/** Worlds hold their invariants and repeat themselves. That they would notice a bug, test/mutants shows. */
import { describe, expect, it } from "vitest";
import { simulate } from "./index.js";

const SEEDS = 2_000;

describe("a world", () => {
  it(`holds every invariant for ${SEEDS} seeds`, { timeout: 60_000 }, () => {
    for (let seed = 1; seed <= SEEDS; seed++) expect(simulate(seed).calls).toBeGreaterThan(0);
  });

  it("is the same run for the same seed, and another for another", () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(simulate(seed)).toEqual(simulate(seed));
      expect(simulate(seed).hash).not.toBe(simulate(seed + 1).hash);
    }
  });
});

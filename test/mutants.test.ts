/** The simulation can see: each planted bug is caught by an invariant that it breaks. */
import { describe, expect, it } from "vitest";
import { simulateClock } from "./mutants/clock-world.js";
import { simulateDialer } from "./mutants/dialer-world.js";
import { hunt } from "./mutants/hunt.js";
import { mutants } from "./mutants/table.js";
import { huntInWorlds } from "./mutants/world-hunt.js";
import { worldMutants } from "./mutants/world-table.js";

const SEEDS = 500;

describe("without a planted bug", () => {
  it.each([
    ["a dialer waits as long as its attempts ask", simulateDialer],
    ["an alarm of any length wakes once, in time", simulateClock],
  ])("%s", (_, run) => {
    for (let seed = 1; seed <= SEEDS; seed++) run(seed);
  });
});

describe("a planted bug is seen:", () => {
  it("there are 46, each with a name of its own", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(46);
  });

  it.each(mutants)("$name", { timeout: 30_000 }, (mutant) => {
    expect(mutant.caughtBy).toContain(hunt(mutant, SEEDS)?.invariant);
  });
});

describe("a planted bug is seen in a world:", () => {
  it("there are 27 more, whose names nobody else has", () => {
    expect(new Set([...mutants, ...worldMutants].map(({ name }) => name)).size).toBe(mutants.length + 27);
  });

  it.each(worldMutants)("$name", { timeout: 600_000 }, async (mutant) => {
    expect(mutant.caughtBy).toContain((await huntInWorlds(mutant, SEEDS))?.invariant);
  });
});

/** Worlds of whole servers and clients hold their invariants and repeat themselves. That they can see, mutants.test.ts shows. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { revokeAttachedOnly } from "./mutants/households.js";
import { uprootAfterAll } from "./mutants/plant.js";
import { shrink } from "./world/shrink.js";
import { Totals } from "./world/totals.js";
import { live, plannedFaults } from "./world/world.js";

const SEEDS = 200;

afterEach(() => vi.restoreAllMocks());

/** Lives a world in a process of its own, and gives the hash of its trace. */
async function hashElsewhere(seed: number): Promise<string | undefined> {
  const simulate = fileURLToPath(new URL("simulate.ts", import.meta.url));
  const flags = ["--import", "tsx", "--conditions=@trunkline/source", simulate, "--world", `${seed}`];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { maxBuffer: 2 ** 28 });
  return /^hash (\w+)$/m.exec(stdout)?.[1];
}

describe("a world", () => {
  it(`holds every invariant for ${SEEDS} seeds`, { timeout: 600_000 }, async () => {
    const totals = new Totals();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const life = await live(seed);
      expect(life.broken?.message).toBeUndefined();
      totals.add(life);
    }
    const harm = (["lost", "duplicated", "reordered", "unsettled"] as const).map((name) => totals.of(name));
    expect(harm).toEqual([0, 0, 0, 0]);
    expect(Math.min(totals.of("answers"), totals.of("events"), totals.of("sessions"))).toBeGreaterThan(SEEDS);
  });

  it("is the same run for the same seed, and another for another", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const life = await live(seed);
      expect(await live(seed)).toEqual(life);
      expect((await live(seed + 1)).hash).not.toBe(life.hash);
    }
  });

  it("is the same run after many others", async () => {
    const { hash } = await live(3);
    for (let seed = 100; seed < 110; seed++) await live(seed);
    expect((await live(3)).hash).toBe(hash);
  });

  it("is the same run in another process", { timeout: 300_000 }, async () => {
    expect(await hashElsewhere(3)).toBe((await live(3)).hash);
  });

  it("asks its platform neither for time nor for chance, and starts no timer", async () => {
    const asked = [
      vi.spyOn(Date, "now"),
      vi.spyOn(performance, "now"),
      vi.spyOn(Math, "random"),
      vi.spyOn(globalThis, "setTimeout"),
      vi.spyOn(globalThis, "setInterval"),
    ];
    const { broken } = await live(4);
    expect(broken).toBeUndefined();
    for (const spy of asked) expect(spy).not.toHaveBeenCalled();
  });

  it("with all of its faults is the run it was", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const faults = new Set(plannedFaults(seed).map(({ number }) => number));
      expect(await live(seed, { faults })).toEqual(await live(seed));
    }
  });

  it("that fails is shrunk to the faults that it takes", { timeout: 300_000 }, async () => {
    await uprootAfterAll(async () => {
      revokeAttachedOnly();
      let seed = 1;
      while ((await live(seed)).broken === undefined) seed++;
      const faults = await shrink(seed, "I9");
      expect(faults.map(({ kind }) => kind)).toContain("revoke");
      expect(faults.length).toBeLessThan(plannedFaults(seed).length);
      const { broken } = await live(seed, { faults: new Set(faults.map(({ number }) => number)) });
      expect(broken?.invariant).toBe("I9");
    });
  });
});

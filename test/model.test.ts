/** The model check within bounds of a second or two: `npm run simulate:model` goes further. */
import { checkModel, InvariantBroken } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { uprootAfter } from "./mutants/plant.js";
import { mutants } from "./mutants/table.js";

const CALL = { calls: 1, events: 0, cuts: 1, crashes: 1, takeovers: 1, cancels: 0 };
const STREAM = { calls: 0, events: 1, cuts: 1, crashes: 1, takeovers: 0, cancels: 0 };

describe("every state that can be reached", () => {
  it.each([
    ["a call", CALL],
    ["a stream", STREAM],
  ])("holds the invariants: %s", { timeout: 30_000 }, (_, bounds) => {
    expect(checkModel(bounds).states).toBeGreaterThan(300);
  });

  it.each(["resume is one frame too late", "mutation sent again without a session", "no generation check"])(
    "does not, with a planted bug: %s",
    { timeout: 30_000 },
    (name) => {
      uprootAfter(() => {
        mutants.find((mutant) => mutant.name === name)!.plant();
        expect(() => checkModel(CALL)).toThrow(InvariantBroken);
      });
    },
  );
});

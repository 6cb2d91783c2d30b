/**
 * What the types cost the compiler, as a count that is the same on every machine. It is what a user's editor has to work
 * out while they type: raise a number here only with a reason.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { applicationOf } from "./application.js";
import { type Compilation, compile } from "./compile.js";

const budgets = [
  { part: "contract and client", files: ["contract.ts", "client.ts"], at100: 40_000, perProcedure: 100 },
  {
    part: "contract, client and router",
    files: ["contract.ts", "client.ts", "router.ts"],
    at100: 97_000,
    perProcedure: 830,
  },
];

describe.each(budgets)("$part", ({ files, at100, perProcedure }) => {
  let small: Compilation;
  let large: Compilation;

  beforeAll(() => {
    small = compile(only(files, applicationOf(100)));
    large = compile(only(files, applicationOf(300)));
  }, 120_000);

  it("compile without a mistake", () => {
    expect(small.errors).toEqual([]);
    expect(large.errors).toEqual([]);
  });

  it(`cost at most ${at100} instantiations with 100 procedures`, () => {
    expect(small.instantiations).toBeLessThanOrEqual(at100);
  });

  it(`cost at most ${perProcedure} more with each procedure, from 100 to 300`, () => {
    expect((large.instantiations - small.instantiations) / 200).toBeLessThanOrEqual(perProcedure);
  });
});

it("a mistake in a large router is found, so that no mistake means something", () => {
  const files = applicationOf(100);
  const router = files["router.ts"]?.replace('kind: "a"', 'kind: "c"') ?? "";
  expect(compile({ ...files, "router.ts": router }).errors).toEqual([expect.stringContaining('"c"')]);
}, 120_000);

const only = (names: readonly string[], files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));

import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { SchemaIssue } from "../contract/schema.js";
import { inputIssues, issuesMessage } from "./issues.js";

const SECRET = "hunter2";

/** What a caller is told of this input. */
function told(schema: z.ZodType, input: unknown) {
  const result = schema.safeParse(input);
  return inputIssues((result.error?.issues ?? []) as unknown as SchemaIssue[]);
}

describe("E4: an issue tells where and which rule, and never the value:", () => {
  it.each([
    ["a wrong type", z.object({ a: z.number() }), { a: SECRET }, "a", "invalid_type (expected number)"],
    ["a short text", z.object({ a: z.string().min(20) }), { a: SECRET }, "a", "too_small (minimum 20)"],
    ["a large number", z.object({ a: z.number().max(5) }), { a: 31_337 }, "a", "too_big (maximum 5)"],
    ["a format", z.object({ a: z.email() }), { a: SECRET }, "a", "invalid_format (format email)"],
    ["a divisor", z.object({ a: z.number().multipleOf(5) }), { a: 31_337 }, "a", "not_multiple_of (divisor 5)"],
    ["an enum", z.object({ a: z.enum(["x"]) }), { a: SECRET }, "a", "invalid_value"],
    ["a literal", z.object({ a: z.literal("x") }), { a: SECRET }, "a", "invalid_value"],
    ["an unknown key", z.strictObject({}), { [SECRET]: 1 }, "", "unrecognized_keys"],
    ["a union", z.union([z.number(), z.boolean()]), SECRET, "", "invalid_union"],
    [
      "a refinement that talks",
      z.string().refine(() => false, { error: ({ input }) => `not ${input}` }),
      SECRET,
      "",
      "custom",
    ],
    ["an element", z.array(z.number()), [1, SECRET], "1", "invalid_type (expected number)"],
  ])("%s", (_, schema, input, path, rule) => {
    const issues = told(schema, input);
    expect(issues).toEqual([
      { path: path === "" ? [] : [path === "1" ? 1 : path], rule: expect.stringContaining(rule) },
    ]);
    expect(JSON.stringify(issues)).not.toMatch(/hunter2|31337/);
    expect(issuesMessage(issues, "input")).not.toMatch(/hunter2|31337/);
  });

  it("of a validator that puts values into its messages", () => {
    const issues = inputIssues([
      { message: `${SECRET} is no number`, path: ["a", { key: "b" }], received: SECRET, input: SECRET } as SchemaIssue,
    ]);
    expect(issues).toEqual([{ path: ["a", "b"], rule: "invalid" }]);
  });

  it("of one that says its rule as valibot does", () => {
    expect(inputIssues([{ message: "", type: "min_length", expected: ">=3", received: "2" } as SchemaIssue])).toEqual([
      { path: [], rule: "min_length (expected >=3)" },
    ]);
  });

  it("with bounds that are no plain values", () => {
    const odd = { message: "", code: "c", expected: { toString: () => SECRET }, minimum: [SECRET], maximum: 5n };
    expect(inputIssues([odd as SchemaIssue])).toEqual([{ path: [], rule: "c (maximum 5)" }]);
  });
});

describe("P14: what a caller is told is bounded:", () => {
  const issue = (path: readonly PropertyKey[], members = {}): SchemaIssue => ({ message: "", path, ...members });

  it.each([
    [19, 19],
    [20, 20],
    [21, 20],
    [100_000, 20],
  ])("of %d issues, %d", (made, kept) => {
    expect(inputIssues(Array.from({ length: made }, () => issue([])))).toHaveLength(kept);
  });

  it.each([
    [9, 9],
    [10, 10],
    [11, 10],
    [10_000, 10],
  ])("of a path of %d, %d", (made, kept) => {
    expect(inputIssues([issue(Array.from({ length: made }, () => "a"))])[0]?.path).toHaveLength(kept);
  });

  it("of a key, 64 characters; of a rule, 128", () => {
    const [found] = inputIssues([issue(["k".repeat(1e6), Symbol("s")], { code: "c".repeat(1e6), expected: "e" })]);
    expect(found?.path).toEqual(["k".repeat(64), "Symbol(s)"]);
    expect(found?.rule).toBe("c".repeat(128));
  });
});

describe("the sentence for people", () => {
  it.each([
    [[], "the input is invalid"],
    [[{ path: [], rule: "r" }], "input: r"],
    [[{ path: ["a", 0, "b"], rule: "r" }], "a.0.b: r"],
    [
      [
        { path: ["a"], rule: "r" },
        { path: [], rule: "s" },
      ],
      "a: r, and 1 more",
    ],
  ])("of %j is %j", (issues, message) => expect(issuesMessage(issues, "input")).toBe(message));
});

import { describe, expect, it } from "vitest";
import { holdsProto, nestsDeeper } from "./parsed-json.js";

describe("nestsDeeper", () => {
  it.each([
    ["1", 0],
    ["null", 0],
    ['"[["', 0],
    ["[]", 1],
    ["{}", 1],
    ["[null,1]", 1],
    ['{"a":[{}]}', 3],
    ["[[],[[]],[]]", 3],
    ['{"a":null,"b":{"c":[1]}}', 3],
    ['{"[{":[]}', 2],
    ['{"__proto__":[[]]}', 3],
    ['{"a":[[[]]],"a":1}', 1],
  ])("counts the depth of %s", (text, depth) => {
    const value: unknown = JSON.parse(text);
    expect([depth, depth + 1].map((limit) => nestsDeeper(value, limit))).toEqual([false, false]);
    if (depth > 0) expect(nestsDeeper(value, depth - 1)).toBe(true);
  });

  it.each(["[", '{"a":'])("goes no deeper than it must into 100,000 of %s", (opening) => {
    const closing = opening === "[" ? "]" : "}";
    const value: unknown = JSON.parse(`${opening.repeat(100_000)}1${closing.repeat(100_000)}`);
    expect(nestsDeeper(value, 64)).toBe(true);
  });
});

describe("holdsProto", () => {
  it.each([
    ['{"__proto__":1}', true],
    ['[{"a":[{"\\u005f_proto__":{}}]}]', true],
    ['{"a":"__proto__"}', false],
    ['["__proto__"]', false],
  ])("finds the key in %s: %s", (text, found) => {
    expect(holdsProto(JSON.parse(text))).toBe(found);
  });
});

import { describe, expect, it } from "vitest";
import { defaultLimits } from "./limits.js";
import { parse } from "./parse.js";
import { isViolation } from "./violation.js";

const read = (text: string) => parse(text, defaultLimits);
const inBatch = (frame: string) => read(`[[1,0],${frame}]`);

describe("the key __proto__", () => {
  const spellings = ["__proto__", "\\u005f_proto__", "__\\u0070roto__", "__pr\\u006Fto__", "__proto\\u005F\\u005f"];

  it.each(spellings)("spelled %s is a violation, wherever it stands", (key) => {
    expect(isViolation(inBatch(`[5,1,{"${key}":{"polluted":true}}]`))).toBe(true);
    expect(isViolation(inBatch(`[5,1,[{"a":{"${key}":1}}]]`))).toBe(true);
    expect(isViolation(inBatch(`[1,1,"a",0,{"${key}":{}}]`))).toBe(true);
    expect(isViolation(read(`["goodbye",{"spreadMs":1,"${key}":{}}]`))).toBe(true);
  });

  it.each(spellings)("spelled %s may be a value", (text) => {
    expect(inBatch(`[5,1,"${text}"]`)).toMatchObject({ frames: [{ value: "__proto__" }] });
  });

  it("is looked for without a throw, however deep a text may nest", () => {
    const depth = 200_000;
    const text = `[[1,0],[5,1,["\\u0070",${"[".repeat(depth)}${"]".repeat(depth)}]]]`;
    expect(isViolation(parse(text, { ...defaultLimits, jsonDepth: 1_000_000 }))).toBe(true);
  });

  it("is not taken from an escaped backslash", () => {
    expect(inBatch('[5,1,{"\\\\u005f_proto__":1}]')).toMatchObject({ type: "batch" });
  });

  it("has harmless cousins", () => {
    const text = '[5,1,{"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":null}]';
    expect(inBatch(text)).toMatchObject({ type: "batch" });
    expect("polluted" in {}).toBe(false);
  });
});

describe("a bound", () => {
  const nested = (depth: number) => `[[1,0],[5,1,${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}]]`;

  it.each([
    [63, false],
    [64, false],
    [65, true],
    [100_000, true],
  ])("of nesting: %d levels", (depth, refused) => {
    expect(isViolation(read(nested(depth)))).toBe(refused);
  });

  it("of nesting, looked for before a text is parsed that would take long", () => {
    const open = `[[1,0],[5,1,${"[".repeat(100_000)}`;
    expect(read(open)).toMatchObject({ type: "violation", name: "tooDeep" });
  });
});

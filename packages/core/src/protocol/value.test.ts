import { describe, expect, it } from "vitest";
import { batch, errorFrame, resultFrame } from "./encode.js";
import { resolveLimits } from "./limits.js";
import { parse } from "./parse.js";
import { encodeValue } from "./value.js";
import { isViolation } from "./violation.js";

const limits = resolveLimits({ jsonDepth: 8 });
const encode = (value: unknown) => encodeValue(value, limits);
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe("encodeValue", () => {
  it.each([
    [undefined, undefined],
    [null, "null"],
    ["text", '"text"'],
    [{ a: [1, undefined] }, '{"a":[1,null]}'],
    [() => {}, undefined],
    [Symbol("s"), undefined],
  ])("%j is %j", (value, text) => expect(encode(value)).toBe(text));

  it("P4: refuses an own key __proto__, at any depth", () => {
    expect(() => encode(JSON.parse('{"__proto__":1}'))).toThrow("__proto__");
    expect(() => encode([{ a: JSON.parse('{"__proto__":{}}') }])).toThrow("__proto__");
  });

  it.each(["__proto__", '"__proto__":', '{"__proto__":1}', '\\"__proto__":', "a"])(
    "takes %j as a string, whatever it looks like",
    (value) =>
      expect(JSON.parse(encode([value, { [`x${value}`]: value }])!)).toEqual([value, { [`x${value}`]: value }]),
  );

  it.each([4, 5])("takes %d levels of nesting where a message may have 8", (depth) => {
    expect(encode(nested(depth))).toBeDefined();
  });

  it("P1: refuses 6 levels of nesting where a message may have 8 and the envelope has 3", () => {
    expect(() => encode(nested(6))).toThrow("limits.jsonDepth");
  });

  it("what it takes, the other end takes, in a result and in an error", () => {
    const value = nested(5);
    const error = { code: "CODE", message: "", data: value };
    for (const frame of [resultFrame(1, encode(value)), errorFrame(1, error)]) {
      expect(isViolation(parse(batch(1, 0, [frame]), limits))).toBe(false);
    }
  });

  it.each([
    ["a bigint", 1n],
    [
      "a cycle",
      Object.assign([], {
        0: undefined,
        get 1() {
          return this;
        },
      }),
    ],
    [
      "a getter that throws",
      {
        get a(): never {
          throw new Error("no");
        },
      },
    ],
    ["nesting that the stack cannot hold", nested(50_000 / 10)],
  ])("P21: throws for %s", (_, value) => expect(() => encode(value)).toThrow());
});

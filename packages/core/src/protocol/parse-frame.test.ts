import { describe, expect, it } from "vitest";
import { defaultLimits } from "./limits.js";
import { parse } from "./parse.js";
import { isViolation } from "./violation.js";

const read = (text: string) => parse(text, defaultLimits);
const inBatch = (frame: string) => read(`[[1,0],${frame}]`);

/** What is not a count, and what is not a positive number either. */
const notCounts = ["-1", "-0", "0.5", "1.5", "1e999", "9007199254740992", '"1"', "null", "true", "[]", "[1]", "{}"];
const notPositive = [...notCounts, "0"];
const notStrings = ["null", "1", "true", "[]", '["a"]', "{}"];

/** Each frame in its shape: a template per field, so that each field can be broken by itself. */
const shapes: Record<string, { fields: string[]; bad: Record<number, string[]>; sizes: number[] }> = {
  call: {
    fields: ["1", "7", '"a.b"', "100", '{"k":1}', '"in"'],
    bad: { 1: notPositive, 2: notStrings, 3: notCounts, 4: ["1", '"a"', "[]", "true"] },
    sizes: [5, 6],
  },
  subscribe: {
    fields: ["2", "7", '"a.b"', "0", "null", "64", '"e1"', '"in"'],
    bad: {
      ...{ 1: notPositive, 2: notStrings, 3: notCounts, 4: ["1", '"a"', "[]", "true"], 5: notCounts },
      6: notStrings.filter((text) => text !== "null"),
    },
    sizes: [7, 8],
  },
  cancel: { fields: ["3", "7"], bad: { 1: notPositive }, sizes: [2] },
  credit: { fields: ["4", "7", "128"], bad: { 1: notPositive, 2: notPositive }, sizes: [3] },
  result: { fields: ["5", "7", '{"v":1}'], bad: { 1: notPositive }, sizes: [2, 3] },
  error: {
    fields: ["6", "7", '{"code":"A","message":"m","data":1,"errorId":"e","refused":true}'],
    bad: {
      1: notPositive,
      2: [
        ...["null", "1", '"A"', "[]", "{}", '["A","m"]', '{"code":"A"}', '{"message":"m"}', '{"code":1,"message":"m"}'],
        ...['{"code":"A","message":null}', '{"code":"A","message":"m","errorId":1}'],
        ...['{"code":"A","message":"m","errorId":null}', '{"code":"A","message":"m","refused":false}'],
        ...['{"code":"A","message":"m","refused":null}', '{"code":"A","message":"m","refused":1}'],
      ],
    },
    sizes: [3],
  },
  event: {
    fields: ["7", "7", '"e1"', "null"],
    bad: { 1: notPositive, 2: notStrings.filter((text) => text !== "null") },
    sizes: [3, 4],
  },
  end: { fields: ["8", "7"], bad: { 1: notPositive }, sizes: [2] },
  gap: { fields: ["9", "7", '"why"'], bad: { 1: notPositive, 2: notStrings }, sizes: [3] },
};

describe.each(Object.entries(shapes))("a frame: %s", (_, { fields, bad, sizes }) => {
  const frame = (parts: readonly string[]) => `[${parts.join(",")}]`;
  const padded = (size: number) => [...fields, "null", "null"].slice(0, size);

  it.each(sizes)("has %d fields", (size) => {
    expect(inBatch(frame(padded(size)))).toMatchObject({ type: "batch", frames: [{ op: Number(fields[0]), id: 7 }] });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((size) => !sizes.includes(size)))("has not %d fields", (size) => {
    expect(isViolation(inBatch(frame(padded(size))))).toBe(true);
  });

  const broken = Object.entries(bad).flatMap(([index, values]) =>
    values.map((value) => frame(fields.map((field, i) => (i === Number(index) ? value : field)))),
  );
  it.each(broken)("%s is a violation", (text) => {
    expect(inBatch(text)).toMatchObject({ type: "violation", close: "protocol" });
  });
});

describe("any frame", () => {
  it.each(["0", "10", "-1", "1.5", '"3"', "null", "true", "[3]", "{}"])("with op %s is a violation", (unknown) => {
    expect(isViolation(inBatch(`[${unknown},7]`))).toBe(true);
  });

  it.each(["null", "1", '"[3,7]"', "{}", '{"0":3,"1":7,"length":2}', "true", "[]", "[[3,7]]"])(
    "that is %s is a violation",
    (text) => expect(isViolation(inBatch(text))).toBe(true),
  );

  it("that is wrong spoils its batch", () => {
    expect(isViolation(read("[[1,0],[3,7],[3,0],[3,9]]"))).toBe(true);
  });

  it("may hold null, lone surrogates and numbers of any kind as its value", () => {
    expect(inBatch('[5,1,[null,"\\ud800",-0,1.5,1e300]]')).toMatchObject({
      frames: [{ value: [null, "\ud800", -0, 1.5, 1e300] }],
    });
  });

  it.each([1_023, 1_024])("has an event id of %d units", (length) => {
    const id = "€".repeat(length);
    expect(inBatch(`[7,1,"${id}",1]`)).toMatchObject({ frames: [{ eventId: id }] });
    expect(inBatch(`[2,1,"a",0,null,1,"${id}"]`)).toMatchObject({ frames: [{ lastEventId: id }] });
  });

  it("has no event id of 1,025 units", () => {
    const id = "e".repeat(1_025);
    expect(isViolation(inBatch(`[7,1,"${id}",1]`))).toBe(true);
    expect(isViolation(inBatch(`[2,1,"a",0,null,1,"${id}"]`))).toBe(true);
  });
});

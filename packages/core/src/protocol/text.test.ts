import { describe, expect, it } from "vitest";
import { exceedsBytes, exceedsDepth, mayHoldProto, utf8Bytes } from "./text.js";

/** A small seeded generator (mulberry32): the same text every time. */
function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function textOf(chance: () => number, alphabet: readonly string[], length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(chance() * alphabet.length)]).join("");
}

describe("utf8Bytes", () => {
  it.each([
    ["", 0],
    ["a", 1],
    ["\x7f", 1],
    ["\x80", 2],
    ["\u07ff", 2],
    ["\u0800", 3],
    ["\uffff", 3],
    ["😀", 4],
    ["\ud800", 3],
    ["\udc00", 3],
    ["\udc00\ud800", 6],
    ["\ud800\ud800\udc00", 7],
    ["\ud800a", 4],
  ])("measures %j", (text, bytes) => {
    expect(utf8Bytes(text)).toBe(bytes);
    expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
  });

  it("agrees with the platform on random text", () => {
    const chance = chanceFrom(1);
    const alphabet = ["a", "\x7f", "\x80", "\u07ff", "\u0800", "\ud7ff", "\ud800", "\udbff", "\udc00", "\udfff", "😀"];
    for (let round = 0; round < 5_000; round++) {
      const text = textOf(chance, alphabet, Math.floor(chance() * 20));
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
    }
  });
});

describe("exceedsBytes", () => {
  it.each(["", "a", "aé", "aé€", "aé€😀", "€".repeat(100), "\ud800"])("is exact around the size of %j", (text) => {
    const size = Buffer.byteLength(text);
    expect([size - 1, size, size + 1].map((limit) => exceedsBytes(text, limit))).toEqual([true, false, false]);
  });
});

describe("exceedsDepth", () => {
  it.each([
    ["[]", 1],
    ["{}", 1],
    ['{"a":[{}]}', 3],
    ["[[],[[]],[]]", 3],
    ['["[[[[["]', 1],
    ['["\\"[[[["]', 1],
    ['["\\\\",[["a"]]]', 3],
    ['["\\\\\\"",[]]', 2],
    ['{"[{":[]}', 2],
    ['"[["', 0],
    ["1", 0],
  ])("counts the depth of %s", (text, depth) => {
    expect([depth - 1, depth, depth + 1].map((limit) => exceedsDepth(text, limit))).toEqual([depth > 0, false, false]);
  });

  it.each(['["', '["\\', '["\\"', "[[[", "]]]", '"', "\\"])("reads %s, which is no JSON, to its end", (text) => {
    expect(exceedsDepth(text, 64)).toBe(false);
  });

  it("takes one pass over text made of quotes and backslashes", () => {
    const text = `["${'\\"'.repeat(500_000)}`;
    const slashes = `["${"\\".repeat(1_000_000)}`;
    const start = performance.now();
    expect(exceedsDepth(text, 64)).toBe(false);
    expect(exceedsDepth(slashes, 64)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("agrees with a parsed value's depth on random values", () => {
    const chance = chanceFrom(2);
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    const randomValue = (depth: number): unknown => {
      const kind = chance();
      if (depth === 0 || kind < 0.3) return textOf(chance, ["[", "{", "]", "}", '"', "\\", "a", "\n", "€"], 4);
      const values = Array.from({ length: Math.floor(chance() * 4) }, () => randomValue(depth - 1));
      if (kind < 0.7) return values;
      return Object.fromEntries(values.map((value, i) => [textOf(chance, ["[", '"', "\\", "}"], 3) + i, value]));
    };
    for (let round = 0; round < 2_000; round++) {
      const value = randomValue(6);
      const text = JSON.stringify(value);
      const depth = depthOf(value);
      expect(exceedsDepth(text, depth)).toBe(false);
      if (depth > 0) expect(exceedsDepth(text, depth - 1)).toBe(true);
    }
  });
});

describe("mayHoldProto", () => {
  it("sees the key however it is escaped", () => {
    const spellings = [..."__proto__"].map((char) => {
      const hex = char.charCodeAt(0).toString(16);
      return [char, `\\u00${hex}`, `\\u00${hex.toUpperCase()}`];
    });
    const chance = chanceFrom(3);
    for (let round = 0; round < 2_000; round++) {
      const key = spellings.map((options) => options[Math.floor(chance() * 3)]).join("");
      expect(Object.keys(JSON.parse(`{"${key}":1}`) as object)).toEqual(["__proto__"]);
      expect(mayHoldProto(`{"${key}":1}`)).toBe(true);
    }
  });

  it.each(["[]", '{"proto":1}', '"\\u00e9"', '{"_proto_":"\\n"}'])("is not alarmed by %s", (text) => {
    expect(mayHoldProto(text)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "../procedure.js";
import type { Schema } from "../schema.js";
import { BlobReader, BlobWriter } from "./blob.js";
import type { Codec } from "./codec.js";
import { Mismatch } from "./mismatch.js";
import { wireOf } from "./procedure-wire.js";

const codecOf = (schema: Schema): Codec => wireOf(query({ output: schema })).output!;

function encode(schema: Schema, value: unknown) {
  const blob = new BlobWriter();
  return { json: codecOf(schema).encode(value, blob), blob: blob.take() };
}

describe("bytes that arrive", () => {
  it("are a copy where they are part of more, and themselves where they are all there is", () => {
    const message = new Uint8Array([1, 2, 3, 4]);
    const part = new BlobReader(message).read([1, 2]);
    expect([part, part.buffer.byteLength]).toEqual([new Uint8Array([2, 3]), 2]);
    expect(new BlobReader(message.subarray(0, 2)).read([0, 2]).buffer).not.toBe(message.buffer);
    expect(new BlobReader(message).read([0, 4])).toBe(message);
  });

  it("are given out once, however often they are named", () => {
    const reader = new BlobReader(new Uint8Array(4));
    reader.read([0, 4]);
    expect(() => reader.read([0, 4])).toThrow("named twice");
  });
});

const decode = (schema: Schema, json: unknown, blob?: Uint8Array) => codecOf(schema).decode(json, new BlobReader(blob));

function mismatch(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Mismatch) return `${error.path.join(".")}: ${error.expected}`;
    throw error;
  }
  return "none";
}

const at = new Date("2024-02-29T12:00:00.000Z");

describe("what is written", () => {
  it.each<[string, Schema, unknown, unknown]>([
    ["a date as its ISO text", z.date(), at, "2024-02-29T12:00:00.000Z"],
    ["a bigint as its digits", z.bigint(), -(2n ** 70n), "-1180591620717411303424"],
    ["a map as its pairs", z.map(z.string(), z.date()), new Map([["a", at]]), [["a", at.toJSON()]]],
    ["a set as a list", z.set(z.bigint()), new Set([1n, 2n]), ["1", "2"]],
    [
      "infinities by their names",
      z.array(z.literal([Infinity, -Infinity])),
      [Infinity, -Infinity],
      ["Infinity", "-Infinity"],
    ],
    ["undefined in a list as null", z.array(z.date().optional()), [undefined, at], [null, at.toJSON()]],
    [
      "a tagged choice with its number",
      z.array(z.union([z.string(), z.date()])),
      ["a", at],
      [
        [1, "a"],
        [0, at.toJSON()],
      ],
    ],
    [
      "a member that is undefined not at all",
      z.object({ at: z.date().optional() }),
      { at: undefined },
      { at: undefined },
    ],
    ["a member that every object has by its own value", z.object({ toString: z.date().optional() }), {}, {}],
  ])("%s", (_what, schema, value, json) => expect(encode(schema, value).json).toStrictEqual(json));

  it("bytes as their place in the blob, which is a copy", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const sent = encode(z.object({ a: z.instanceof(Uint8Array), b: z.array(z.instanceof(Uint8Array)) }), {
      a: bytes,
      b: [Uint8Array.of(), Uint8Array.of(9)],
    });
    bytes[0] = 7;
    expect(sent).toEqual({
      json: {
        a: [0, 3],
        b: [
          [3, 0],
          [3, 1],
        ],
      },
      blob: Uint8Array.of(1, 2, 3, 9),
    });
  });

  it("leaves the value as it was, and what is plain in it is the same and no copy", () => {
    const plain = { deep: [1, 2] };
    const value = Object.freeze({ at, plain });
    const { json } = encode(z.object({ at: z.date(), plain: z.object({ deep: z.array(z.number()) }) }), value);
    expect(json).toEqual({ at: at.toJSON(), plain });
    expect((json as typeof value).plain).toBe(plain);
  });

  it("members that are not declared go along: validation judges them where they arrive", () => {
    expect(encode(z.strictObject({ at: z.date() }), { at, more: 1 }).json).toEqual({ at: at.toJSON(), more: 1 });
  });

  it.each<[Schema, unknown, string]>([
    [z.object({ list: z.array(z.date()) }), { list: [at, "soon"] }, "list.1: date"],
    [z.map(z.string(), z.date()), new Map([["a", null]]), "0.1: date"],
    [z.date(), new Date(Number.NaN), ": date"],
    [z.union([z.date(), z.bigint()]), "x", ": bigint or date"],
    [z.array(z.bigint()), [10n ** 10_000n], "0: bigint of at most 10000 digits"],
  ])("is refused for what the contract does not declare: case %#", (schema, value, found) => {
    expect(mismatch(() => encode(schema, value))).toBe(found);
  });
});

describe("what is read", () => {
  it.each<[Schema, unknown, string]>([
    [z.date(), "2024-02-30T00:00:00.000Z", ": date"],
    [z.date(), "2024-02-29", ": date"],
    [z.date(), 1, ": date"],
    [z.array(z.date()), ["soon"], "0: date"],
    [z.array(z.date()), { length: 1 }, ": array"],
    [z.object({ id: z.bigint() }), { id: "12n" }, "id: bigint"],
    [z.bigint(), "", ": bigint"],
    [z.bigint(), "0x10", ": bigint"],
    [z.bigint(), "007", ": bigint"],
    [z.bigint(), "-0", ": bigint"],
    [z.bigint(), "9".repeat(10_002), ": bigint"],
    [z.map(z.string(), z.date()), [["a"]], "0: pair"],
    [z.map(z.string(), z.date()), [["a", at.toJSON(), 1]], "0: pair"],
    [z.map(z.string(), z.date()), { a: at.toJSON() }, ": array"],
    [z.set(z.string()), "ab", ": array"],
    [z.record(z.string(), z.date()), [], ": object"],
    [z.record(z.string(), z.date()), { a: null }, "a: date"],
    [z.nan(), "nan", ": nan"],
    [z.union([z.string(), z.date()]), [2, "a"], ": date or JSON"],
    [z.union([z.string(), z.date()]), ["length", "a"], ": date or JSON"],
    [z.union([z.string(), z.date()]), [0.5, "a"], ": date or JSON"],
    [z.union([z.string(), z.date()]), "a", ": date or JSON"],
    [z.union([z.set(z.string()), z.date()]), {}, ": date or set"],
  ])("is refused with its place where it does not fit: case %#", (schema, json, found) => {
    expect(mismatch(() => decode(schema, json))).toBe(found);
  });

  it.each<[unknown, string]>([
    [[0, 3], ": a place within the bytes that came"],
    [[2, 1], ": a place within the bytes that came"],
    [[-1, 1], ": offset and length"],
    [[0, 0.5], ": offset and length"],
    [[0], ": offset and length"],
    [[2 ** 53, 1], ": offset and length"],
    ["AQI=", ": offset and length"],
  ])("bytes at %j of two are refused", (place, found) => {
    expect(mismatch(() => decode(z.instanceof(Uint8Array), place, Uint8Array.of(1, 2)))).toBe(found);
  });

  it("gives no byte out twice: a short message cannot fill the memory", () => {
    const list = z.array(z.instanceof(Uint8Array));
    expect(
      mismatch(() =>
        decode(
          list,
          [
            [0, 2],
            [0, 2],
          ],
          Uint8Array.of(1, 2),
        ),
      ),
    ).toBe("1: bytes that are not named twice");
  });

  it("bytes are a copy and of no other class", () => {
    const bytes = decode(z.instanceof(Uint8Array), [1, 2], Buffer.from([1, 2, 3])) as Uint8Array;
    expect(bytes.constructor).toBe(Uint8Array);
    expect([...bytes]).toEqual([2, 3]);
    expect(bytes.buffer.byteLength).toBe(2);
  });

  it("a member __proto__ stays a member", () => {
    const read = decode(z.record(z.string(), z.date()), JSON.parse(`{"__proto__":"${at.toJSON()}"}`)) as object;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read)).toEqual(["__proto__"]);
  });

  it("an object that no case knows is passed on, for validation to refuse", () => {
    const schema = z.discriminatedUnion("k", [
      z.object({ k: z.literal("a"), v: z.date() }),
      z.object({ k: z.literal("b") }),
    ]);
    expect(decode(schema, { k: "c", v: 1 })).toEqual({ k: "c", v: 1 });
    expect(mismatch(() => decode(schema, { k: "a", v: 1 }))).toBe("v: date");
  });

  it("a value that holds itself is thrown for and not followed for ever", () => {
    const node = z.object({
      at: z.date(),
      get next() {
        return node.optional();
      },
    });
    const round: { at: Date; next?: unknown } = { at };
    round.next = round;
    expect(() => encode(node, round)).toThrow(RangeError);
  });
});

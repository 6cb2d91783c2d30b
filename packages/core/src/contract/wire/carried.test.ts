import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { query } from "../procedure.js";
import type { Schema } from "../schema.js";
import { BlobReader, BlobWriter } from "./blob.js";
import { carried } from "./carried.js";
import { wireOf } from "./procedure-wire.js";

function travel(schema: Schema, value: unknown): unknown {
  const { output } = wireOf(query({ output: schema }));
  const blob = new BlobWriter();
  const text = JSON.stringify(output === undefined ? value : output.encode(value, blob));
  return output === undefined ? JSON.parse(text) : output.decode(JSON.parse(text), new BlobReader(blob.take()));
}

class Money {
  constructor(
    readonly cents: bigint,
    readonly currency: string,
  ) {}
}

const money = () =>
  carried(z.instanceof(Money), {
    name: "money",
    encode: ({ cents, currency }) => `${cents} ${currency}`,
    decode: (json) => {
      const [cents, currency] = String(json).split(" ");
      return new Money(BigInt(cents!), currency!);
    },
  });

describe("carried", () => {
  const at = new Date(0);

  it("says how the values of valibot travel", () => {
    const schema = v.object({ at: v.date(), tags: v.set(v.string()), parts: v.array(v.instance(Uint8Array)) });
    carried(schema, { object: { at: "date", tags: { set: "string" }, parts: { list: "bytes" } } });
    const value = { at, tags: new Set(["a"]), parts: [Uint8Array.of(1)] };
    expect(travel(schema, value)).toEqual(value);
  });

  it("says how the values of arktype travel, which are functions", () => {
    const schema = carried(type({ at: "Date", "amount?": "bigint" }), { object: { at: "date", amount: "bigint" } });
    expect(travel(schema, { at, amount: 5n })).toEqual({ at, amount: 5n });
    expect(travel(schema, { at })).toEqual({ at });
  });

  it("without it, other validators' values travel as JSON", () => {
    expect(travel(v.object({ at: v.date() }), { at })).toEqual({ at: at.toJSON() });
    expect(travel(type("string"), "a")).toBe("a");
  });

  it("gives a class of one's own a conversion, inside other schemas too", () => {
    const value = { prices: [new Money(5n, "EUR"), undefined, null] };
    expect(travel(z.object({ prices: z.array(money().nullish()) }), value)).toEqual(value);
  });

  it("lets a schema be carried as JSON that cannot be looked into", () => {
    const px = z.custom<`${number}px`>((value) => typeof value === "string" && value.endsWith("px"));
    expect(travel(z.object({ width: carried(px, "json") }), { width: "1px" })).toEqual({ width: "1px" });
  });

  it("what a conversion throws is a value that does not fit", () => {
    const { output } = wireOf(query({ output: z.array(money()) }));
    expect(() => output!.decode(["a lot"], new BlobReader(undefined))).toThrow(
      expect.objectContaining({ name: "Mismatch", path: [0], expected: "money" }),
    );
  });

  it("beside another member of a union nothing tells it apart: the place and both are named", () => {
    const define = () => wireOf(query({ output: z.object({ price: z.union([z.string(), money()]) }) }));
    expect(define).toThrow(TypeError);
    expect(define).toThrow("output.price is a union of money, which has a conversion of its own, and string");
  });

  it("is said once for a schema", () => {
    const schema = v.date();
    expect(carried(carried(schema, "date"), "date")).toBe(schema);
    expect(() => carried(schema, "json")).toThrow("in another way already");
    expect(() => carried(v.date(), "day" as never)).not.toThrow();
    expect(() => wireOf(query({ input: carried(v.date(), "day" as never) }))).toThrow('"day" is no word');
  });

  it("two conversions of one name are refused", () => {
    expect(() => wireOf(query({ output: z.tuple([money(), money()]) }))).toThrow("output has two conversions money");
  });
});

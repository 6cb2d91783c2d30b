import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Schema } from "../schema.js";
import type { WirePlan } from "./plan.js";
import { planOf } from "./print.js";
import type { Side } from "./zod.js";

const plan = (schema: Schema, side: Side = "output"): WirePlan | undefined =>
  planOf(schema, side, { at: "output", conversions: new Map() });

const object = (members: object, rest: unknown = null) => ({ object: members, rest });

const node = z.object({
  at: z.date(),
  get next() {
    return node.optional();
  },
});

const plainNode = z.object({
  text: z.string(),
  get next() {
    return plainNode.optional();
  },
});

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

describe("what JSON carries", () => {
  it.each<[string, Schema]>([
    ["JSON of every kind", z.object({ a: z.string().nullish(), b: z.literal([1, "x", true, null]), c: z.json() })],
    ["a recursive schema", plainNode],
    ["a discriminated union", z.discriminatedUnion("k", [z.object({ k: z.literal("a") }), z.object({ k: z.null() })])],
    ["a tuple with a rest", z.tuple([z.string()], z.number())],
    ["anything", z.looseObject({ a: z.any(), b: z.unknown() })],
    ["another validator's", { "~standard": { version: 1, vendor: "other", validate: (value) => ({ value }) } }],
  ])("needs no plan: %s", (_what, schema) => {
    expect(plan(schema, "input")).toBeUndefined();
    expect(plan(schema)).toBeUndefined();
  });
});

describe("a plan", () => {
  it.each<[string, Schema, unknown]>([
    ["a date", z.date(), "date"],
    ["what is around a date", z.date().nonoptional().readonly().catch(new Date(0)).brand("b"), "date"],
    ["a member", z.object({ a: z.string(), at: z.date().optional() }), object({ at: "date" })],
    ["members not named", z.object({ a: z.string() }).catchall(z.bigint()), object({ a: null }, "bigint")],
    ["a record", z.record(z.enum(["a"]), z.date()), object({}, "date")],
    ["a list", z.array(z.date()), { list: "date" }],
    ["a tuple", z.tuple([z.string(), z.date()], z.bigint()), { tuple: [null, "date"], rest: "bigint" }],
    ["a map and a set", z.map(z.date(), z.set(z.string())), { map: ["date", { set: null }] }],
    ["bytes, refined", z.instanceof(Uint8Array).refine(() => true), "bytes"],
    ["not a number", z.nan(), "nonfinite"],
    ["undefined in a list", z.array(z.string().optional()), { list: { either: ["undefined", null] } }],
    ["undefined and null in a list", z.array(z.string().nullish()), { list: { tagged: ["undefined", null] } }],
    ["a date or nothing in a list", z.array(z.date().nullable()), { list: { either: ["date", null] } }],
    [
      "a member that may be undefined and not absent",
      z.object({ a: z.string().or(z.undefined()) }),
      object({ a: { either: ["undefined", null] } }),
    ],
    [
      "both of an intersection",
      z.object({ a: z.date() }).and(z.object({ b: z.set(z.number()) })),
      object({ a: "date", b: { set: null } }),
    ],
    ["literals", z.literal(["a", 1n]), { tagged: ["bigint", null] }],
  ])("for %s", (_what, schema, expected) => expect(plan(schema)?.plan).toEqual(expected));

  it.each<[string, Schema, unknown, unknown]>([
    ["codec", isoDate, undefined, "date"],
    ["default", z.array(z.string().default("")), { list: { either: ["undefined", null] } }, undefined],
    ["coercion", z.coerce.date(), undefined, "date"],
    ["transform", z.date().transform(String), "date", undefined],
    ["preprocess", z.preprocess((value) => value, z.date()), undefined, "date"],
    ["success", z.success(z.date()), "date", undefined],
  ])("differs by side for a %s", (_what, schema, input, output) => {
    expect([plan(schema, "input")?.plan, plan(schema)?.plan]).toEqual([input, output]);
  });

  it("is a reference where a schema leads to itself", () => {
    const made = plan(z.lazy(() => z.array(node)));
    expect(made).toEqual({
      plan: { list: object({ at: "date", next: { ref: 0 } }) },
      shared: [object({ at: "date", next: { ref: 0 } })],
    });
  });

  it("is the same in whatever order members and unions were written", () => {
    const one = z.object({ a: z.union([z.date(), z.string(), z.map(z.string(), node)]), b: node });
    const other = z.object({ b: node, a: z.union([z.map(z.string(), node), z.string(), z.date()]) });
    expect(JSON.stringify(plan(one))).toBe(JSON.stringify(plan(other)));
  });
});

describe("a union", () => {
  it.each<[string, Schema, unknown]>([
    [
      "is told apart by kinds of JSON",
      z.union([z.date(), z.number(), z.array(z.date())]),
      { either: ["date", { list: "date" }, null] },
    ],
    ["is tagged where those are the same", z.union([z.string(), z.date()]), { tagged: ["date", null] }],
    ["of lists is one list", z.union([z.array(z.date()), z.array(z.number())]), { list: { either: ["date", null] } }],
    [
      "of objects is one object",
      z.union([z.object({ a: z.date() }), z.object({ a: z.bigint(), b: z.date() })]),
      object({ a: { tagged: ["bigint", "date"] }, b: "date" }),
    ],
    [
      "goes by its discriminator",
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("text"), at: z.string() }),
        z.object({ kind: z.enum(["date", "time"]), at: z.date() }),
      ]),
      {
        by: "kind",
        cases: [
          [["date", "time"], object({ at: "date" })],
          [["text"], null],
        ],
      },
    ],
    [
      "goes by a discriminator that nobody declared",
      z.union([z.object({ k: z.literal(1), v: z.date() }), z.object({ k: z.literal(2), v: z.bigint() })]),
      {
        by: "k",
        cases: [
          [[1], object({ v: "date" })],
          [[2], object({ v: "bigint" })],
        ],
      },
    ],
    [
      "with anything",
      z.union([z.unknown(), z.object({ at: z.date() })]),
      { either: [object({ at: { tagged: ["date", null] } }), null] },
    ],
  ])("%s", (_what, schema, expected) => expect(plan(schema)?.plan).toEqual(expected));
});

describe("what cannot travel", () => {
  it.each<[Schema, string]>([
    [z.object({ a: z.array(z.file()) }), "output.a.* is a file, which cannot travel; its bytes cannot be read at once"],
    [z.object({ a: z.custom() }), "output.a is a custom schema, which cannot travel"],
    [z.instanceof(URL), "output is an instance of URL, which cannot travel"],
    [
      z.instanceof(ArrayBuffer),
      "output is an instance of ArrayBuffer, which cannot travel; declare z.instanceof(Uint8Array)",
    ],
    [z.promise(z.string()), "output is a promise, which cannot travel; declare what it resolves with"],
    [z.tuple([z.symbol()]), "output.0 is a symbol"],
    [z.record(z.string(), z.function() as never), "output.* is a function"],
    [z.object(JSON.parse('{"__proto__":1}', (key, value) => (key === "__proto__" ? z.string() : value))), "__proto__"],
  ])("is refused with its place: case %#", (schema, message) => {
    expect(() => plan(schema)).toThrow(TypeError);
    expect(() => plan(schema)).toThrow(message);
  });

  it("is a schema that makes new ones for ever", () => {
    const endless = (): z.ZodType => z.object({ next: z.lazy(endless) });
    expect(() => plan(endless())).toThrow("is made of schemas without end");
  });
});

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../call/define-contract.js";
import type { Contract } from "./contract.js";
import { contractHash, procedureHashes } from "./hashes.js";
import { mutation, type Procedure, query, subscription } from "./procedure.js";
import type { Schema } from "./schema.js";
import { carried } from "./wire/carried.js";

const hashOf = (procedure: Procedure): string | undefined =>
  procedureHashes(defineContract({ procedure } as Contract)).get("procedure");

const room = () => z.object({ room: z.string(), limit: z.number().optional() });

describe("two contracts have the same hash", () => {
  it("when they say the same in another order", () => {
    const one = defineContract({
      send: mutation({ input: room(), errors: { A: null, B: z.string() } }),
      rooms: { list: query({}), get: query({ output: room() }) },
    });
    const other = defineContract({
      rooms: {
        get: query({ output: z.object({ limit: z.number().optional(), room: z.string() }) }),
        list: query({}),
      },
      send: mutation({ errors: { B: z.string(), A: null }, input: room() }),
    });
    expect(contractHash(one)).toMatch(/^[0-9a-f]{16}$/);
    expect(contractHash(other)).toBe(contractHash(one));
  });

  it.each([
    ["summary", query({ summary: "lists rooms" })],
    ["meta", query({ meta: { role: "admin" } })],
    ["timeoutMs", query({ timeoutMs: 5 })],
    ["priority", query({ priority: "low" })],
    ["deprecated", query({ deprecated: true })],
  ])("when they differ in %s only", (_, procedure) => {
    expect(hashOf(procedure)).toBe(hashOf(query({})));
  });

  it("when they differ in what a schema says to people only", () => {
    const said = z.object({ room: z.string().describe("the room"), limit: z.number().optional() }).meta({ title: "t" });
    expect(hashOf(query({ input: said }))).toBe(hashOf(query({ input: room() })));
  });

  it("when mutations are not idempotent, said or unsaid", () => {
    expect(hashOf(mutation({ idempotent: false }))).toBe(hashOf(mutation({})));
  });
});

describe("a procedure's hash changes with", () => {
  const base = () => mutation({ input: room(), output: room(), errors: { A: z.string() } });

  it.each([
    ["the kind", query({ input: room(), output: room(), errors: { A: z.string() } })],
    ["idempotent", mutation({ input: room(), output: room(), errors: { A: z.string() }, idempotent: true })],
    ["a code", mutation({ input: room(), output: room(), errors: { B: z.string() } })],
    ["a code's data", mutation({ input: room(), output: room(), errors: { A: z.number() } })],
    ["a code without data", mutation({ input: room(), output: room(), errors: { A: null } })],
    ["no errors", mutation({ input: room(), output: room() })],
    ["no input", mutation({ output: room(), errors: { A: z.string() } })],
    ["an upstream", mutation({ input: room(), output: room(), errors: { A: z.string() }, upstream: z.string() })],
    ["no output", mutation({ input: room(), errors: { A: z.string() } })],
    ["another input", mutation({ input: z.string(), output: room(), errors: { A: z.string() } })],
    ["another output", mutation({ input: room(), output: z.string(), errors: { A: z.string() } })],
  ])("%s", (_, other) => {
    expect(hashOf(other)).not.toBe(hashOf(base()));
  });

  it("the path", () => {
    const hashes = procedureHashes(defineContract({ a: query({}), b: query({}), c: { a: query({}) } }));
    expect(new Set(hashes.values()).size).toBe(3);
    expect([...hashes.keys()]).toEqual(["a", "b", "c.a"]);
  });

  it("the shape of an event", () => {
    expect(hashOf(subscription({ event: z.string() }))).not.toBe(hashOf(subscription({ event: z.number() })));
  });

  it("a member that is called like a word of JSON Schema", () => {
    const one = hashOf(query({ input: z.object({ title: z.string() }) }));
    expect(one).not.toBe(hashOf(query({ input: z.object({ description: z.string() }) })));
  });

  it("what stands beside something JSON Schema cannot say", () => {
    const at = carried(z.custom(), "json");
    const one = query({ output: z.object({ at, text: z.string() }) });
    const other = query({ output: z.object({ at, text: z.number() }) });
    expect(hashOf(one)).not.toBe(hashOf(other));
  });

  it("how a value travels, where JSON Schema cannot say what it is", () => {
    const own = (name: string) => carried(z.custom<bigint>(), { name, encode: String, decode: () => 0n });
    const schemas = [z.date(), z.bigint(), z.set(z.string()), carried(z.custom(), "json"), own("one"), own("other")];
    const hashes = schemas.flatMap((each) => [
      hashOf(query({ input: z.object({ each }) })),
      hashOf(query({ output: z.object({ each }) })),
      hashOf(query({ errors: { LATE: z.object({ each }) } })),
      hashOf(subscription({ event: z.object({ each }) })),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("the caller's side of a schema, and not the handler's", () => {
    const text = z.string();
    expect(hashOf(query({ input: text.transform(Number) }))).toBe(hashOf(query({ input: text })));
    expect(hashOf(query({ output: text.transform(Number).pipe(z.number()) }))).toBe(
      hashOf(query({ output: z.number() })),
    );
  });
});

describe("a schema that cannot tell its shape", () => {
  const own = (jsonSchema?: object): Schema => ({
    "~standard": { version: 1, vendor: "own", validate: (value) => ({ value }), ...(jsonSchema && { jsonSchema }) },
  });
  const throws = () => {
    throw new Error("cannot be said");
  };

  it("counts as there, and as no more than that", () => {
    const opaque = hashOf(query({ input: own() }));
    expect(hashOf(query({ input: own({ input: throws, output: throws }) }))).toBe(opaque);
    expect(opaque).not.toBe(hashOf(query({})));
  });
});

describe("hashes", () => {
  it("are worked out on first use, once", () => {
    let asked = 0;
    const jsonSchema = { input: () => ({ asked: ++asked }) };
    const input = { "~standard": { version: 1, vendor: "own", validate: () => ({ value: 1 }), jsonSchema } } as const;
    const contract = defineContract({ list: query({ input }) });
    expect(asked).toBe(0);
    expect(contractHash(contract)).toBe(contractHash(contract));
    expect(procedureHashes(contract)).toBe(procedureHashes(contract));
    expect(asked).toBe(1);
  });

  it("belong to contracts only", () => {
    expect(() => contractHash({})).toThrow("expected a contract made by defineContract()");
  });
});

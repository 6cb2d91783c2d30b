import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../call/define-contract.js";
import { contractHash } from "./hashes.js";
import { isProcedure, mutation, query, subscription } from "./procedure.js";

describe("a procedure", () => {
  it("carries its kind and what was declared", () => {
    const input = z.string();
    expect(query({ input })).toMatchObject({ kind: "query", definition: { input } });
    expect(mutation({ idempotent: true })).toMatchObject({ kind: "mutation", definition: { idempotent: true } });
    expect(subscription({ event: input })).toMatchObject({ kind: "subscription", definition: { event: input } });
  });

  it("of every kind may have an upstream", () => {
    const upstream = z.string();
    for (const { definition } of [query({ upstream }), mutation({ upstream }), subscription({ upstream })]) {
      expect(definition).toEqual({ upstream });
    }
    expect(() => query({ upstream: 5 } as never)).toThrow("upstream: expected a schema that speaks Standard Schema");
  });

  it("is frozen at every depth, and what was passed stays as it was", () => {
    const definition = { errors: { GONE: null }, meta: { role: "admin" } };
    const procedure = query(definition);
    expect(Object.isFrozen(procedure)).toBe(true);
    expect(Object.isFrozen(procedure.definition)).toBe(true);
    expect(Object.isFrozen(procedure.definition.errors)).toBe(true);
    expect(Object.isFrozen(procedure.definition.meta)).toBe(true);
    expect(Object.isFrozen(definition)).toBe(false);
    expect(Object.isFrozen(definition.meta)).toBe(false);
  });

  it.each(["block", "latest", { latest: "userId" }, { dropOldest: 1 }, { fail: 100 }] as const)(
    "keeps what it says of slow readers: %j",
    (slow) => {
      const { definition } = subscription({ event: z.object({ userId: z.string() }), slow });
      expect(definition.slow).toEqual(slow);
      if (typeof slow === "object") expect(Object.isFrozen(definition.slow)).toBe(true);
    },
  );

  it("keeps what it says of caching, frozen, and has it in no hash", () => {
    const tags = ["rooms"];
    const cached = query({ cache: { maxAgeMs: 5, tags } });
    tags.push("more");
    expect(cached.definition.cache).toEqual({ maxAgeMs: 5, tags: ["rooms"] });
    expect(Object.isFrozen(cached.definition.cache)).toBe(true);
    expect(contractHash(defineContract({ a: cached }))).toBe(contractHash(defineContract({ a: query({}) })));
  });

  it("is told from what only looks like one", () => {
    expect(isProcedure(query({}))).toBe(true);
    expect(isProcedure({ kind: "query", definition: {} })).toBe(false);
    expect(isProcedure(null)).toBe(false);
  });
});

describe("a definition is refused", () => {
  it.each([
    [
      "ouput",
      () => query({ ouput: z.string() } as object),
      'a query has no field "ouput": expected input, upstream, errors',
    ],
    ["event of a query", () => query({ event: z.string() } as object), 'a query has no field "event"'],
    ["idempotent query", () => query({ idempotent: true } as object), 'a query has no field "idempotent"'],
    ["output of a subscription", () => subscription({ output: z.string() } as object), "a subscription has no field"],
    ["input", () => query({ input: "string" as never }), "input: expected a schema that speaks Standard Schema, but"],
    ["output", () => mutation({ output: null as never }), "output: expected a schema"],
    ["event", () => subscription({ event: {} as never }), "event: expected a schema"],
    [
      "slow reader",
      () => subscription({ slow: "drop" as never }),
      'slow: expected "block", "latest", { latest: name }',
    ],
    ["slow reader", () => subscription({ slow: null as never }), "but came null"],
    ["slow reader", () => subscription({ slow: {} as never }), "but came {}"],
    ["slow reader", () => subscription({ slow: { latest: "" as never } }), 'but came {"latest":""}'],
    ["slow reader", () => subscription({ slow: { dropOldest: 0 } }), 'but came {"dropOldest":0}'],
    ["slow reader", () => subscription({ slow: { fail: 1.5 } }), 'but came {"fail":1.5}'],
    ["slow reader", () => subscription({ slow: { fail: 1, dropOldest: 1 } as never }), "slow: expected"],
    ["slow reader", () => query({ slow: "block" } as object), 'a query has no field "slow"'],
    ["cache", () => mutation({ cache: { maxAgeMs: 1 } } as object), 'a mutation has no field "cache"'],
    ["cache", () => query({ cache: { maxAgeMs: 0 } }), "cache.maxAgeMs: expected a positive number of milliseconds"],
    ["cache", () => query({ cache: null as never }), "but came undefined"],
    ["cache", () => query({ cache: { maxAgeMs: 1, tags: "rooms" as never } }), "cache.tags: expected an array of"],
    ["cache", () => query({ cache: { maxAgeMs: 1, tags: [1 as never] } }), "cache.tags: expected an array of strings"],
    ["timeoutMs", () => query({ timeoutMs: 0 }), "timeoutMs: expected a positive number of milliseconds, but came 0"],
    ["timeoutMs", () => query({ timeoutMs: Number.NaN }), "but came NaN"],
    [
      "priority",
      () => query({ priority: "urgent" as never }),
      'priority: expected "high", "normal" or "low", but came "urgent"',
    ],
    ["timeoutMs", () => query({ timeoutMs: "5s" as never }), "but came 5s"],
  ])("for its %s", (_, define, message) => {
    expect(define).toThrow(TypeError);
    expect(define).toThrow(message);
  });
});

describe("an error code is refused", () => {
  it.each(["full", "Full", "_FULL", "1FULL", "ROOM-FULL", "", "__proto__"])("when it is written %j", (code) => {
    const errors = Object.fromEntries([[code, null]]);
    expect(() => query({ errors })).toThrow("errors: expected a code in capitals, like ROOM_FULL, but came");
  });

  it.each(["NOT_FOUND", "INTERNAL", "UNAUTHENTICATED"])("when it is the standard %s", (code) => {
    expect(() => query({ errors: { [code]: null } })).toThrow(`errors: ${code} is a standard code`);
  });

  it("when its data is neither a schema nor null", () => {
    const errors = { FULL: undefined as never };
    expect(() => query({ errors })).toThrow("errors.FULL: expected a schema, or null for a code without data");
  });
});

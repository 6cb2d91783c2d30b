import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Schema } from "../contract/schema.js";
import { chain, isThenable, validate } from "./validate.js";

describe("validate", () => {
  it("stays synchronous as long as the schema is", () => {
    expect(validate(z.object({ a: z.number() }), { a: 1, b: 2 })).toEqual({ value: { a: 1 } });
    expect(validate(z.number(), "1")).toMatchObject({ issues: [expect.anything()] });
  });

  it("is a promise only where the schema makes one", async () => {
    const slow = z.string().refine(async (text) => text === "a");
    const validated = validate(slow, "a");
    expect(validated).toBeInstanceOf(Promise);
    expect(await validated).toEqual({ value: "a" });
  });

  it("P17: lets nothing pass where there is no schema", () => {
    expect(validate(undefined, { a: 1 })).toEqual({ value: undefined });
  });

  it("throws what the schema throws", () => {
    const validate_ = () => {
      throw new Error("broken");
    };
    const broken: Schema = { "~standard": { version: 1, vendor: "own", validate: validate_ } };
    expect(() => validate(broken, 1)).toThrow("broken");
  });
});

describe("chain", () => {
  it("goes on at once with a value", () => {
    expect(chain(1, (value) => value + 1)).toBe(2);
  });

  it("goes on later with a promise, or any thenable", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a query builder is one
    const thenable = { then: (resolve: (value: number) => void) => resolve(1) } as PromiseLike<number>;
    for (const value of [Promise.resolve(1), thenable]) {
      const next = chain(value, (one) => one + 1);
      expect(next).toBeInstanceOf(Promise);
      expect(await next).toBe(2);
    }
  });

  it("passes a throw on, at once or later", async () => {
    const fail = () => {
      throw new Error("no");
    };
    expect(() => chain(1, fail)).toThrow("no");
    await expect(chain(Promise.resolve(1), fail)).rejects.toThrow("no");
    await expect(chain(Promise.reject(new Error("first")), fail)).rejects.toThrow("first");
  });
});

describe("isThenable", () => {
  // biome-ignore lint/suspicious/noThenProperty: data may have a member of that name
  it.each([[{ then: 1 }], [{ then: { call: 1 } }], [null], [undefined], ["then"], [() => {}], [[]]])(
    "P9: %j is data",
    (value) => {
      expect(isThenable(value)).toBe(false);
    },
  );
});

import { expect, it } from "vitest";
import type { DeclaredErrors } from "../../contract/declared-errors.js";
import type { Schema } from "../../contract/schema.js";
import { RpcError } from "../../error/rpc-error.js";
import { errorConstructors } from "./error-constructors.js";

/** What a handler makes, past what only the compiler knows of it. */
const make = (errors: DeclaredErrors, code: string, data?: unknown): unknown =>
  (errorConstructors(errors)[code] as (data?: unknown) => unknown)(data);

const schema: Schema = { "~standard": { version: 1, vendor: "own", validate: (value) => ({ value }) } };

it("makes a declared error with its data", () => {
  const error = make({ ROOM_FULL: schema }, "ROOM_FULL", { capacity: 50 });
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toMatchObject({ code: "ROOM_FULL", data: { capacity: 50 }, outcome: "answered" });
});

it("makes an error without data for a code that is declared with null", () => {
  expect(make({ GONE: null }, "GONE", { capacity: 50 })).toMatchObject({ code: "GONE", data: undefined });
});

it("knows the declared codes only, and cannot be added to", () => {
  const errors = errorConstructors({ GONE: null });
  expect(Object.keys(errors)).toEqual(["GONE"]);
  expect("toString" in errors).toBe(false);
  expect(Object.isFrozen(errors)).toBe(true);
  expect(Object.keys(errorConstructors(undefined))).toEqual([]);
});

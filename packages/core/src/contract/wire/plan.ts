/**
 * A plan: how a value is written as JSON and read again. Plain data, so that it can be printed, compared and carried by
 * a contract without schemas. `null` stands for what JSON carries as it is.
 *
 * | plan | value | on the wire |
 * | --- | --- | --- |
 * | `"undefined"` | undefined | `null` |
 * | `"nonfinite"` | NaN, Infinity, -Infinity | `"NaN"`, `"Infinity"`, `"-Infinity"` |
 * | `"bigint"` | a bigint | its decimal digits, as a string |
 * | `"date"` | a Date | its ISO 8601 text, as `toISOString` writes it |
 * | `"bytes"` | a Uint8Array | `[offset, length]`, in the blob beside the JSON |
 * | `list`, `tuple` | an array | an array |
 * | `object` | an object | an object without what is undefined, unless a plan says how; `rest` is for members not named |
 * | `by` | an object | as the case says that lists the value of its member `by`; as it is where none does |
 * | `map`, `set` | a Map, a Set | a list of pairs, a list |
 * | `either` | one of several | as the one it is: their kinds of JSON tell them apart |
 * | `tagged` | one of several | `[n, value]`, as the nth says |
 * | `convert` | an author's own | what the conversion of this name makes of it |
 * | `ref` | | as `shared[n]` says |
 */
import type { Atom } from "./carriage.js";

export type Plan =
  | Atom
  | { readonly list: PartPlan }
  | { readonly tuple: readonly PartPlan[]; readonly rest: PartPlan }
  | { readonly object: Readonly<Record<string, PartPlan>>; readonly rest: PartPlan }
  | { readonly by: string; readonly cases: readonly (readonly [values: readonly JsonLiteral[], plan: PartPlan])[] }
  | { readonly map: readonly [key: PartPlan, value: PartPlan] }
  | { readonly set: PartPlan }
  | { readonly either: readonly PartPlan[] }
  | { readonly tagged: readonly PartPlan[] }
  | { readonly convert: string }
  | { readonly ref: number };

export type PartPlan = Plan | null;

/** What tells objects apart. */
export type JsonLiteral = string | number | boolean | null;

/** The kinds of JSON. */
export type JsonKind = "null" | "boolean" | "number" | "string" | "array" | "object";

/** A whole plan, with what it refers to. */
export interface WirePlan {
  readonly plan: Plan;
  readonly shared: readonly Plan[];
}

/** The plans of a procedure's values; what JSON carries has none. */
export interface ProcedurePlans {
  readonly input?: WirePlan;
  readonly upstream?: WirePlan;
  readonly output?: WirePlan;
  readonly event?: WirePlan;
  /** By code. */
  readonly errors?: Readonly<Record<string, WirePlan>>;
}

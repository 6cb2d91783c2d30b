/**
 * How values travel, in words: what may stand at a place, one level deep. Zod schemas are read into these words (see
 * zod.ts), and an author writes them where a schema cannot be read (see carried.ts).
 */
import type { Schema } from "../schema.js";

/** What JSON has no word for, and this library has. `nonfinite` is NaN and the infinities. */
export type Atom = "undefined" | "nonfinite" | "bigint" | "date" | "bytes";

/** What JSON carries as it is. `json`: any of it. */
export type Plain = "json" | "null" | "boolean" | "number" | "string";

/**
 * What stands at a place. `"date"` travels as a text, `"bytes"` beside the JSON, `{ object: { at: "date" } }` is an
 * object with a date in it; members that are not named travel as JSON.
 */
export type Carriage =
  | Atom
  | Plain
  | { readonly list: Part }
  | { readonly tuple: readonly Part[]; readonly rest?: Part }
  | {
      readonly object: Readonly<Record<string, Part>>;
      /** Of members that are not named. */
      readonly rest?: Part;
      /** Members that validation misses when they are absent, even where they may be `undefined`. */
      readonly required?: readonly string[];
    }
  | { readonly map: readonly [key: Part, value: Part] }
  | { readonly set: Part }
  | { readonly literal: readonly unknown[] }
  /** Any of these, all at once where they are objects. */
  | { readonly oneOf: readonly Part[] }
  /** This one, without `undefined`. */
  | { readonly defined: Part };

/** A part of a carriage: a schema, which says itself how its values travel, or words. */
export type Part = Schema | Carriage;

/** A conversion of an author's own, to what JSON carries and back. */
export interface Conversion<Value> {
  /** Tells this conversion from others: it is a part of the contract's hash. */
  readonly name: string;
  encode(value: Value): unknown;
  /** What it throws is told to the other end as a value that does not fit, without its message. */
  decode(json: unknown): Value;
}

/** Of one author's class or another's. */
export type AnyConversion = Conversion<never>;

export const isConversion = (how: Carriage | AnyConversion): how is AnyConversion =>
  typeof how === "object" && "decode" in how;

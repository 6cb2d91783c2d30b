/**
 * `carried`: says how a schema's values travel, where that cannot be read from the schema: of other validators than
 * zod, and of classes of your own.
 */
import type { Schema, SchemaOutput } from "../schema.js";
import { type AnyConversion, type Carriage, type Conversion, isConversion } from "./carriage.js";

// Registered, so that it is found where two copies of this module are loaded (ESM beside CommonJS).
const slot = Symbol.for("trunkline.carriage");

/**
 * Notes in a schema how its values travel, and returns the same schema: `carried(v.date(), "date")`,
 * `carried(Point, { name: "point", encode: ({ x, y }) => [x, y], decode: toPoint })`. A zod schema may stand inside
 * others; what is derived from it afterwards has no note. Throws a `TypeError` for a schema that has another note.
 */
export function carried<S extends Schema>(schema: S, how: Carriage | Conversion<SchemaOutput<S>>): S {
  const noted = carriageOf(schema);
  if (noted === how) return schema;
  if (noted !== undefined) throw new TypeError("carried: this schema's values travel in another way already");
  if (isConversion(how as Carriage) && typeof (how as AnyConversion).name !== "string") {
    throw new TypeError("carried: expected a conversion with a name");
  }
  Object.defineProperty(schema, slot, { value: how });
  return schema;
}

/** What {@link carried} noted in this very schema. */
export function carriageOf(schema: Schema): Carriage | AnyConversion | undefined {
  return Object.hasOwn(schema, slot) ? (schema as { readonly [slot]?: Carriage | AnyConversion })[slot] : undefined;
}

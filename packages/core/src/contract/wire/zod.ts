/**
 * Reads a zod schema, one level deep and from one side, into the words of a carriage. Zod is not imported: its schemas
 * tell what they are made of under `_zod`. What no word can carry is a {@link Stranger}.
 *
 * A transform gives whatever it gives: where nothing comes after it to tell, its values travel as JSON.
 */
import type { Schema } from "../schema.js";
import type { Carriage, Part } from "./carriage.js";

/** Where a value is looked at: before validation (`input`), as callers send it, or after it (`output`). */
export type Side = "input" | "output";

/** What cannot travel, and what to write in its place. */
export class Stranger {
  constructor(
    readonly what: string,
    readonly advice: string,
  ) {}
}

interface Zod {
  readonly _zod: {
    readonly def: Definition;
    readonly bag?: { readonly Class?: unknown };
    readonly parent?: Schema & Zod;
    readonly optin?: string | undefined;
    readonly optout?: string | undefined;
    /** Of a lazy schema: the same one at each reading. */
    readonly innerType?: Schema;
  };
}

type Definition = { readonly type: string } & Readonly<Record<string, unknown>>;

export const isZod = (schema: unknown): schema is Schema & Zod =>
  ((typeof schema === "object" && schema !== null) || typeof schema === "function") && "_zod" in schema;

/** What a zod schema may hold on this side. */
export function readZod(schema: Schema & Zod, side: Side): Carriage | Stranger {
  const { def } = schema._zod;
  // Coercion takes whatever comes, and is given what JSON makes of it.
  if (side === "input" && def.coerce === true) return "json";
  return words[def.type]?.(def) ?? compound(schema, side);
}

type Word = (def: Definition) => Carriage;

const inner: Word = (def) => ({ oneOf: [def.innerType as Schema] });
const optional: Word = (def) => ({ oneOf: ["undefined", def.innerType as Schema] });

/** What is the same on both sides. */
const words: Readonly<Record<string, Word | undefined>> = {
  string: () => "string",
  template_literal: () => "string",
  number: () => "number",
  int: () => "number",
  boolean: () => "boolean",
  null: () => "null",
  undefined: () => "undefined",
  void: () => "undefined",
  never: () => ({ oneOf: [] }),
  any: () => "json",
  unknown: () => "json",
  transform: () => "json",
  bigint: () => "bigint",
  date: () => "date",
  nan: () => "nonfinite",
  enum: (def) => ({ literal: Object.values(def.entries as object) }),
  literal: (def) => ({ literal: def.values as unknown[] }),
  array: (def) => ({ list: def.element as Schema }),
  tuple: (def) => ({ tuple: def.items as Schema[], ...(def.rest ? { rest: def.rest as Schema } : {}) }),
  record: (def) => ({ object: {}, rest: def.valueType as Schema }),
  map: (def) => ({ map: [def.keyType as Schema, def.valueType as Schema] }),
  set: (def) => ({ set: def.valueType as Schema }),
  union: (def) => ({ oneOf: def.options as Schema[] }),
  // Whatever is in it fits both: where they are objects, each says how its own members travel.
  intersection: (def) => ({ oneOf: [def.left as Schema, def.right as Schema] }),
  nullable: (def) => ({ oneOf: ["null", def.innerType as Schema] }),
  optional,
  nonoptional: (def) => ({ defined: def.innerType as Schema }),
  readonly: inner,
  catch: inner,
};

function compound(schema: Schema & Zod, side: Side): Carriage | Stranger {
  const { def } = schema._zod;
  switch (def.type) {
    case "object":
      return objectOf(def, side);
    case "default":
    case "prefault":
      return side === "input" ? optional(def) : inner(def);
    case "success":
      return side === "input" ? inner(def) : "boolean";
    case "pipe":
      return { oneOf: [(side === "input" ? def.in : def.out) as Schema] };
    case "lazy":
      return { oneOf: [schema._zod.innerType ?? (def.getter as () => Schema)()] };
    case "custom":
      return ofClass(classOf(schema));
    case "file":
      return new Stranger(
        "a file",
        "its bytes cannot be read at once: declare z.instanceof(Uint8Array), or an upstream",
      );
    case "promise":
      return new Stranger("a promise", "declare what it resolves with");
    case "function":
      return new Stranger("a function", "declare a procedure");
    default:
      return new Stranger(`a ${def.type}`, howElse);
  }
}

const howElse = "declare what JSON carries, or say how it travels with carried(schema, …)";

function objectOf(def: Definition, side: Side): Carriage {
  const shape = def.shape as Readonly<Record<string, Schema & Zod>>;
  const opt = side === "input" ? "optin" : "optout";
  return {
    object: shape,
    required: Object.keys(shape).filter((name) => shape[name]?._zod?.[opt] === undefined),
    ...(def.catchall ? { rest: def.catchall as Part } : {}),
  };
}

function ofClass(of: unknown): Carriage | Stranger {
  if (of === Uint8Array) return "bytes";
  if (of === Date) return "date";
  if (of === undefined) return new Stranger("a custom schema", howElse);
  const name = String((of as { readonly name?: unknown }).name);
  const isBinary = /(Array|Buffer|View|Blob|File)$/.test(name) && of !== Array;
  return new Stranger(`an instance of ${name}`, isBinary ? "declare z.instanceof(Uint8Array)" : howElse);
}

/** A schema that was derived by a refinement knows the one it came from. */
function classOf({ _zod }: Schema & Zod): unknown {
  return _zod.bag?.Class ?? (_zod.parent?._zod.def.type === "custom" ? classOf(_zod.parent) : undefined);
}

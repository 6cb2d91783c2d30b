/**
 * Finds what JSON has no word for. A date in an output would arrive as a string while its type still says Date: so a
 * contract refuses it when it is defined, as long as there is no conversion for it.
 *
 * Only zod tells what a schema is made of. Of other validators nothing is known, and nothing refused.
 */
import type { Procedure } from "./procedure.js";
import type { Schema } from "./schema.js";

/** As much of a zod schema as is looked at: its definition, whose members depend on `type`. */
interface Zod {
  readonly _zod: { readonly def: Definition };
}

type Definition = { readonly type: string } & Readonly<Record<string, unknown>>;

type Side = "input" | "output";

const strangers: ReadonlySet<string> = new Set(["bigint", "date", "file", "function", "map", "nan", "set", "symbol"]);

/** Where a procedure's values hold something that JSON cannot carry, and what: `output.sentAt is a date`. */
export function beyondJson({ definition }: Procedure): string | undefined {
  const { input, output, event, upstream, errors = {} } = definition;
  return (
    find(input, "input", { at: "input", seen: new Set() }) ??
    find(output, "output", { at: "output", seen: new Set() }) ??
    find(event, "output", { at: "event", seen: new Set() }) ??
    find(upstream, "input", { at: "upstream", seen: new Set() }) ??
    first(Object.entries(errors), ([code, data]) => find(data, "output", { at: `errors.${code}`, seen: new Set() }))
  );
}

interface Place {
  readonly at: string;
  /** Schemas on the way here: a recursive one is looked at once. */
  readonly seen: Set<unknown>;
}

function find(schema: Schema | null | undefined, side: Side, { at, seen }: Place): string | undefined {
  if (!isZod(schema) || seen.has(schema)) return undefined;
  seen.add(schema);
  const { def } = schema._zod;
  // Coercion takes a string or a number, which JSON has.
  if (strangers.has(def.type)) return side === "input" && def.coerce ? undefined : `${at} is a ${def.type}`;
  return first(parts(def, side), ([name, part]) => find(part, side, { at: name === "" ? at : `${at}.${name}`, seen }));
}

type Part = readonly [name: string, schema: Schema | null | undefined];

/** What a schema is made of, by name, on one side of it. */
function parts(def: Definition, side: Side): Part[] {
  const named = (name: string, ...members: string[]) => members.map((member): Part => [name, def[member] as Schema]);
  switch (def.type) {
    case "object":
      return [...Object.entries(def.shape as Record<string, Schema>), ...named("*", "catchall")];
    case "array":
      return named("*", "element");
    case "record":
      return named("*", "valueType");
    case "tuple":
      return [...(def.items as Schema[]).map((item, index): Part => [String(index), item]), ...named("*", "rest")];
    case "union":
      return (def.options as Schema[]).map((option): Part => ["", option]);
    case "intersection":
      return named("", "left", "right");
    case "pipe":
      return named("", side === "input" ? "in" : "out");
    case "lazy":
      return [["", (def.getter as () => Schema)()]];
    default:
      // Optional, nullable, default, readonly and their like wrap one schema.
      return named("", "innerType");
  }
}

function first<Item, Found>(items: readonly Item[], look: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isZod = (schema: unknown): schema is Schema & Zod =>
  ((typeof schema === "object" && schema !== null) || typeof schema === "function") && "_zod" in schema;

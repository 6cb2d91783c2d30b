/**
 * The shape of what travels, as far as a schema tells it: JSON Schema without the words that are there for people.
 *
 * @see https://standardschema.dev/json-schema
 */
import type { AnySchema } from "./schema.js";

/** The side of a schema that a caller sees: `null` when there is none, `"opaque"` when it cannot be told. */
export function shapeOf(schema: AnySchema | null | undefined, side: "input" | "output"): unknown {
  if (schema === null || schema === undefined) return null;
  const { jsonSchema } = schema["~standard"] as { readonly jsonSchema?: JsonSchemaConverter };
  try {
    return jsonSchema === undefined ? "opaque" : bare(jsonSchema[side](conversion));
  } catch {
    return "opaque";
  }
}

/** The extension Standard JSON Schema. It throws for what JSON Schema cannot say. */
type JsonSchemaConverter = Readonly<Record<"input" | "output", (options: object) => unknown>>;

// `unrepresentable` is zod's word: one date in a schema then leaves one hole in its shape instead of making it opaque.
const conversion = { target: "draft-2020-12", libraryOptions: { unrepresentable: "any" } };

/** Words of JSON Schema that are there for people. */
const annotations = new Set(["$schema", "$comment", "title", "description", "examples", "deprecated"]);
/** Words whose value maps names that the author chose, which may look like annotations. */
const namings = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);
/** Words whose value is a list in no particular order. */
const unordered = new Set(["required", "enum", "type"]);

/** A JSON Schema without what is there for people, its sets in one order. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== "object" || schema === null) return schema;
  const words = Object.entries(schema).filter(([word]) => !annotations.has(word));
  return Object.fromEntries(words.map(([word, value]) => [word, bareWord(word, value)]));
}

function bareWord(word: string, value: unknown): unknown {
  if (unordered.has(word) && Array.isArray(value)) return value.map((item) => JSON.stringify(item)).sort();
  if (!namings.has(word)) return bare(value);
  return Object.fromEntries(Object.entries(value as object).map(([name, schema]) => [name, bare(schema)]));
}

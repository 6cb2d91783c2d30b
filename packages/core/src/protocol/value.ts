/**
 * From value to JSON text, on the safe side: what the other end would take for a violation is refused here, so that one
 * bad value fails its own call and not the session that carries it.
 *
 * @see PROTOCOL.md section 3
 */
import type { Json } from "./encode.js";
import type { Limits } from "./limits.js";
import { exceedsDepth } from "./text.js";

/** How deep a value stands in a message: batch, frame, and the error object around an error's data. */
const ENVELOPE_DEPTH = 3;

/** Encodes a value. Throws for what has no JSON, for a key `__proto__`, and for nesting beyond `jsonDepth`. */
export function encodeValue(value: unknown, { jsonDepth }: Pick<Limits, "jsonDepth">): Json {
  const text = JSON.stringify(value) as Json;
  if (text === undefined) return undefined;
  // The encoder never escapes a letter, and escapes every quote inside a string: this can only be a key.
  // Looked for in two steps, because what opens with a quote is found at every string.
  if (text.includes("__proto__") && text.includes('"__proto__":'))
    throw new TypeError("the key __proto__ may not travel");
  // What is opened is closed, too: this deep it takes twice as many characters.
  const depth = jsonDepth - ENVELOPE_DEPTH;
  if (text.length > 2 * depth && exceedsDepth(text, depth)) throw new RangeError("nested deeper than limits.jsonDepth");
  return text;
}

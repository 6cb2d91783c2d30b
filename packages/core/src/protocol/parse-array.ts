/**
 * From JSON text to the array that every message and frame is, without trust: one that nests too deep, or has a key that
 * could reach a prototype, is a violation. Nothing recursive reads a text before its depth is known.
 *
 * @see PROTOCOL.md sections 3 and 8
 */
import type { Limits } from "./limits.js";
import { holdsProto, nestsDeeper } from "./parsed-json.js";
import { exceedsDepth, mayHoldProto, opensMoreThan } from "./text.js";
import { type Violation, violation } from "./violation.js";

/**
 * A text of so many characters that opens so much may nest so deep that parsing alone takes five times what it takes of a
 * flat one: its depth is looked for first. Otherwise a walk over what was parsed is quicker.
 */
const LONG_TEXT = 16 * 1024;
const MANY_BRACKETS = 4_096;

/** The outermost array of a JSON text. */
export function parseArray(text: string, { jsonDepth }: Pick<Limits, "jsonDepth">): unknown[] | Violation {
  if (text.length > LONG_TEXT && opensMoreThan(text, MANY_BRACKETS) && exceedsDepth(text, jsonDepth)) return tooDeep();
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (opensMoreThan(text, jsonDepth) && nestsDeeper(value, jsonDepth)) return tooDeep();
    if (mayHoldProto(text) && holdsProto(value)) return violation("protoKey");
  } catch {
    // Or nested so deep that the stack ends first, where the platform's parser, or a `jsonDepth` to match, lets it.
    return violation("noJson");
  }
  return Array.isArray(value) ? value : violation("noArray");
}

const tooDeep = () => violation("tooDeep");

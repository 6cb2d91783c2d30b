/** What tells the members of a union apart, where their kinds do not. */
import type { AnyConversion, Part } from "./carriage.js";
import type { JsonLiteral } from "./plan.js";
import type { ObjectWords, Possible, Reader } from "./possible.js";

/** Objects whose member `by` has one of these values. */
interface Group {
  readonly values: Set<JsonLiteral>;
  readonly of: ObjectWords[];
}

interface Groups {
  readonly by: string;
  readonly groups: readonly Group[];
}

/** A member that all of these objects have with literal values, and that parts them into groups. */
export function toldApart(objects: readonly ObjectWords[], at: string, reader: Reader): Groups | undefined {
  if (objects.length < 2) return undefined;
  for (const by of Object.keys(objects[0]!.object)) {
    const groups = groupsBy(objects, (words) => literalsOf(memberOf(words, by), `${at}.${by}`, reader));
    if (groups.length > 1) return { by, groups };
  }
  return undefined;
}

/** Those that have a value in common stay together. None at all where an object's values cannot be listed. */
function groupsBy(
  objects: readonly ObjectWords[],
  literalsOf: (words: ObjectWords) => JsonLiteral[] | undefined,
): Group[] {
  let groups: Group[] = [];
  for (const words of objects) {
    const literals = literalsOf(words);
    if (literals === undefined) return [];
    const own: Group = { values: new Set(literals), of: [words] };
    const met = groups.filter(({ values }) => literals.some((value) => values.has(value)));
    for (const { values, of } of met) {
      for (const value of values) own.values.add(value);
      own.of.push(...of);
    }
    groups = [...groups.filter((group) => !met.includes(group)), own];
  }
  return groups;
}

function literalsOf(part: Part | undefined, at: string, reader: Reader): JsonLiteral[] | undefined {
  const literals = part === undefined ? undefined : reader.possible([part], at).literals;
  return literals !== undefined && [...literals].every(isJsonLiteral) ? ([...literals] as JsonLiteral[]) : undefined;
}

/** What an object says of this member of it. */
export const memberOf = ({ object }: ObjectWords, name: string): Part | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const isJsonLiteral = (value: unknown): value is JsonLiteral =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);

/**
 * The author's own conversion, where there is one. It takes any kind of value, so that beside it only `undefined` and
 * `null` can be told: throws a `TypeError` that names the place and the two members for anything else.
 */
export function soleConversion(possible: Possible, at: string): AnyConversion | undefined {
  const { conversions, atoms, plain } = possible;
  const [first, second] = conversions;
  if (first === undefined) return undefined;
  const words = [...atoms, ...plain].filter((word) => word !== "undefined" && word !== "null");
  const kinds = (["lists", "objects", "maps", "sets"] as const).filter((kind) => possible[kind].length > 0);
  const [beside] = [...(second === undefined ? [] : [second.name]), ...words, ...kinds];
  if (beside === undefined) return first;
  throw new TypeError(
    `${at} is a union of ${first.name}, which has a conversion of its own, and ${beside}: nothing tells them apart on ` +
      "the way; carry the whole union with carried(schema, …)",
  );
}

/** Arrays, tuples, maps and sets: all of them travel as arrays. */
import type { Codec } from "./codec.js";
import { Mismatch, within } from "./mismatch.js";

type Part = Codec | null;

const array = { name: "array", looks: "array", is: Array.isArray } as const;

/** An array of one sort of elements. */
export function listCodec(element: Part): Codec {
  if (element === null) return { ...array, encode: listOf, decode: listOf };
  return {
    ...array,
    encode: (value, blob) => mapped(listOf(value), (item) => element.encode(item, blob)),
    decode: (json, blob) => mapped(listOf(json), (item) => element.decode(item, blob)),
  };
}

/** An array whose first elements each have a sort of their own. */
export function tupleCodec(items: readonly Part[], rest: Part): Codec {
  const partAt = (index: number) => (index < items.length ? items[index]! : rest);
  return {
    ...array,
    encode: (value, blob) =>
      mapped(listOf(value), (item, index) => {
        const part = partAt(index);
        return part === null ? item : part.encode(item, blob);
      }),
    decode: (json, blob) =>
      mapped(listOf(json), (item, index) => {
        const part = partAt(index);
        return part === null ? item : part.decode(item, blob);
      }),
  };
}

/** A map travels as its pairs. Of two pairs with the same key the last one counts. */
export function mapCodec(key: Part, value: Part): Codec {
  const pair = tupleCodec([key, value], null);
  return {
    name: "map",
    looks: "array",
    is: isMap,
    encode: (map, blob) => mapped([...(isMap(map) ? map : refuse("map"))], (entry) => pair.encode(entry, blob)),
    decode: (json, blob) => {
      const pairs = mapped(listOf(json), (entry) =>
        pair.decode(isPair(entry) ? entry : refuse("pair"), blob),
      ) as Pair[];
      for (const [from] of pairs) blob.key(from);
      return new Map(pairs);
    },
  };
}

/** A set travels as its elements. */
export function setCodec(element: Part): Codec {
  const list = listCodec(element);
  return {
    name: "set",
    looks: "array",
    is: isSet,
    encode: (set, blob) => list.encode([...(isSet(set) ? set : refuse("set"))], blob),
    decode: (json, blob) => {
      const members = list.decode(json, blob) as unknown[];
      for (const member of members) blob.key(member);
      return new Set(members);
    },
  };
}

type Pair = readonly [key: unknown, value: unknown];

const isMap = (value: unknown): value is Map<unknown, unknown> => value instanceof Map;
const isSet = (value: unknown): value is Set<unknown> => value instanceof Set;
const isPair = (value: unknown): value is Pair => Array.isArray(value) && value.length === 2;

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : refuse("array");
}

function mapped(list: readonly unknown[], convert: (item: unknown, index: number) => unknown): unknown[] {
  const made = new Array<unknown>(list.length);
  let index = 0;
  try {
    for (; index < list.length; index++) made[index] = convert(list[index], index);
  } catch (error) {
    throw within(error, index);
  }
  return made;
}

function refuse(expected: string): never {
  throw new Mismatch(expected);
}

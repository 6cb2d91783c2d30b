/** Places where more than one kind of value may stand: the value tells which, and on the way back its JSON does. */
import type { Codec } from "./codec.js";
import { Mismatch } from "./mismatch.js";
import { isObject } from "./object-codec.js";
import type { JsonKind, JsonLiteral, PartPlan, Plan } from "./plan.js";

type Part = Codec | null;

/** Told apart by their kinds of JSON. */
export function either(parts: readonly Part[]): Codec {
  const choose = chooser(parts);
  const byLook = new Map(parts.map((part) => [part?.looks, part]));
  const name = nameOf(parts);
  return {
    name,
    looks: undefined,
    is: (value) => choose(value) !== -1,
    encode: (value, blob) => {
      const part = parts[choose(value)];
      if (part === undefined) throw new Mismatch(name);
      return part === null ? value : part.encode(value, blob);
    },
    decode: (json, blob) => {
      const look = lookOf(json);
      // What no other looks like is carried as it is, if anything is.
      const part = byLook.has(look) ? byLook.get(look) : byLook.get(undefined);
      if (part === undefined) throw new Mismatch(name);
      return part === null ? json : part.decode(json, blob);
    },
  };
}

/** Told apart by a number that stands before the value. */
export function tagged(parts: readonly Part[]): Codec {
  const choose = chooser(parts);
  const name = nameOf(parts);
  return {
    name,
    looks: "array",
    is: (value) => choose(value) !== -1,
    encode: (value, blob) => {
      const index = choose(value);
      const part = parts[index];
      if (part === undefined) throw new Mismatch(name);
      return [index, part === null ? value : part.encode(value, blob)];
    },
    decode: (json, blob) => {
      const isPair = Array.isArray(json) && json.length === 2 && typeof json[0] === "number";
      const part = isPair ? parts[json[0] as number] : undefined;
      if (part === undefined) throw new Mismatch(name);
      const value: unknown = (json as unknown[])[1];
      return part === null ? value : part.decode(value, blob);
    },
  };
}

/** Objects that are told apart by a member. One that no case knows is passed on: validation says what it is not. */
export function chosenByMember(
  { by, cases }: Extract<Plan, { readonly by: string }>,
  part: (plan: PartPlan) => Part,
): Codec {
  const codecs = new Map<unknown, Part>();
  for (const [values, plan] of cases) {
    const codec = part(plan);
    for (const value of values satisfies readonly JsonLiteral[]) codecs.set(value, codec);
  }
  const caseOf = (value: unknown): Part => {
    if (!isObject(value)) throw new Mismatch("object");
    return codecs.get(Object.hasOwn(value, by) ? value[by] : undefined) ?? null;
  };
  return {
    name: "object",
    looks: "object",
    is: isObject,
    encode: (value, blob) => caseOf(value)?.encode(value, blob) ?? value,
    decode: (json, blob) => caseOf(json)?.decode(json, blob) ?? json,
  };
}

/** The number of the first that a value belongs to; of what is carried as it is if it belongs to no other. */
function chooser(parts: readonly Part[]): (value: unknown) => number {
  const asItIs = parts.indexOf(null);
  return (value) => {
    for (let index = 0; index < parts.length; index++) {
      if (parts[index]?.is(value)) return index;
    }
    return asItIs;
  };
}

const nameOf = (parts: readonly Part[]): string => parts.map((part) => part?.name ?? "JSON").join(" or ");

function lookOf(json: unknown): JsonKind {
  if (json === null) return "null";
  if (Array.isArray(json)) return "array";
  return typeof json as JsonKind;
}

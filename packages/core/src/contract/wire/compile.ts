/**
 * A plan as functions, made once. What the plan calls `null` is passed on as it is, so a part of a value that needs no
 * conversion is not looked at. Neither way changes what it is given. Both throw a {@link Mismatch} for what does not
 * fit, and recurse no deeper than their value is nested.
 */
import { atomCodecs } from "./atom-codec.js";
import type { AnyConversion } from "./carriage.js";
import { chosenByMember, either, tagged } from "./choice-codec.js";
import type { Codec } from "./codec.js";
import { listCodec, mapCodec, setCodec, tupleCodec } from "./list-codec.js";
import { Mismatch } from "./mismatch.js";
import { objectCodec } from "./object-codec.js";
import type { PartPlan, Plan, WirePlan } from "./plan.js";

/** Compiles a plan. Throws a `TypeError` for a conversion that is not known. */
export function compile({ plan, shared }: WirePlan, conversions: ReadonlyMap<string, AnyConversion>): Codec {
  const made: Codec[] = [];
  const part = (each: PartPlan): Codec | null => (each === null ? null : codecOf(each));
  const codecOf = (each: Plan): Codec => {
    if (typeof each === "string") return atomCodecs[each];
    if ("ref" in each) return reference(() => made[each.ref]!);
    if ("list" in each) return listCodec(part(each.list));
    if ("tuple" in each) return tupleCodec(each.tuple.map(part), part(each.rest));
    if ("map" in each) return mapCodec(part(each.map[0]), part(each.map[1]));
    if ("set" in each) return setCodec(part(each.set));
    if ("object" in each) {
      const member = ([name, of]: [string, PartPlan]) => ({
        name,
        codec: part(of),
        takesUndefined: takesUndefined(of, shared),
      });
      return objectCodec(Object.entries(each.object).map(member), part(each.rest));
    }
    if ("by" in each) return chosenByMember(each, part);
    if ("either" in each) return either(each.either.map(part));
    if ("tagged" in each) return tagged(each.tagged.map(part));
    return converted(each.convert, conversions);
  };
  for (const each of shared) made.push(codecOf(each));
  return codecOf(plan);
}

/** Compiles the plan of a stripped contract, which names no conversion of the author's own. */
export const compilePlan = (plan: WirePlan): Codec => compile(plan, none);

const none: ReadonlyMap<string, AnyConversion> = /* @__PURE__ */ new Map();

function takesUndefined(plan: PartPlan, shared: readonly Plan[]): boolean {
  if (plan === null || typeof plan === "string") return plan === "undefined";
  if ("ref" in plan) return takesUndefined(shared[plan.ref]!, shared);
  const members = "either" in plan ? plan.either : "tagged" in plan ? plan.tagged : [];
  return members.includes("undefined");
}

/** What stands under a number may refer to itself, so it is looked up when a value comes. It is no member of a choice. */
function reference(target: () => Codec): Codec {
  return {
    name: "shared",
    looks: undefined,
    is: (value) => target().is(value),
    encode: (value, blob) => target().encode(value, blob),
    decode: (json, blob) => target().decode(json, blob),
  };
}

function converted(name: string, conversions: ReadonlyMap<string, AnyConversion>): Codec {
  const conversion = conversions.get(name);
  if (conversion === undefined) throw new TypeError(`there is no conversion ${name}`);
  const fitting = <Result>(convert: () => Result): Result => {
    try {
      return convert();
    } catch (cause) {
      throw Object.assign(new Mismatch(name), { cause });
    }
  };
  return {
    name,
    looks: undefined,
    is: (value) => value !== undefined && value !== null,
    encode: (value) => fitting(() => conversion.encode(value as never)),
    decode: (json) => fitting(() => conversion.decode(json)),
  };
}

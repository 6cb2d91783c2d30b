/** Objects: a shallow copy, and in it only those members converted that need it. */
import type { Codec } from "./codec.js";
import { Mismatch, within } from "./mismatch.js";

/** How a member travels. */
export interface Member {
  readonly name: string;
  /** `null`: as it is. */
  readonly codec: Codec | null;
  /** Whether the codec knows undefined. Otherwise such a member is left out, as JSON leaves it out. */
  readonly takesUndefined: boolean;
}

/** Members that are not named go by `others`. */
export function objectCodec(named: readonly Member[], others: Codec | null): Codec {
  const names = new Set(named.map(({ name }) => name));
  const members = named.filter((member): member is Member & { codec: Codec } => member.codec !== null);
  const converted = (value: unknown, convert: (codec: Codec, member: unknown) => unknown): Members => {
    if (!isObject(value)) throw new Mismatch("object");
    // A key __proto__ is copied as a member of its own, as every other.
    const copy: Members = { ...value };
    let at = "";
    try {
      for (const { name, codec, takesUndefined } of members) {
        at = name;
        const member = copy[name];
        if ((member !== undefined || takesUndefined) && Object.hasOwn(copy, name)) copy[name] = convert(codec, member);
      }
      if (others === null) return copy;
      for (at of Object.keys(copy)) if (!names.has(at)) copy[at] = convert(others, copy[at]);
    } catch (error) {
      throw within(error, at);
    }
    return copy;
  };
  return {
    name: "object",
    looks: "object",
    is: isObject,
    encode: (value, blob) => converted(value, (codec, member) => codec.encode(member, blob)),
    decode: (json, blob) => converted(json, (codec, member) => codec.decode(member, blob)),
  };
}

type Members = Record<string, unknown>;

/** Whether a value has members, and is not of a class that has a plan of its own. */
export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isOwnKind(value);
}

const isOwnKind = (value: object) =>
  value instanceof Date || value instanceof Map || value instanceof Set || value instanceof Uint8Array;

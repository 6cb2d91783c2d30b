/** The values that JSON has no word for, one by one. */
import type { BlobWriter } from "./blob.js";
import type { Atom } from "./carriage.js";
import type { Codec } from "./codec.js";
import { Mismatch } from "./mismatch.js";

/** How many digits of a bigint are read: reading more would take longer than the message that has them is worth. */
const BIGINT_DIGITS = 10_000;

const longest = 10n ** BigInt(BIGINT_DIGITS);

const nonfinite: ReadonlyMap<unknown, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
);

export const atomCodecs: Readonly<Record<Atom, Codec>> = {
  undefined: {
    name: "undefined",
    looks: "null",
    is: (value) => value === undefined,
    encode: (value) => (value === undefined ? null : refuse("undefined")),
    decode: (json) => (json === null ? undefined : refuse("null, for undefined")),
  },
  nonfinite: {
    name: "nonfinite",
    looks: "string",
    is: (value) => typeof value === "number" && !Number.isFinite(value),
    encode: (value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : refuse("nan")),
    decode: (json) => nonfinite.get(json) ?? refuse("nan"),
  },
  bigint: { name: "bigint", looks: "string", is: (value) => typeof value === "bigint", encode: digits, decode: bigint },
  date: { name: "date", looks: "string", is: isDate, encode: isoText, decode: date },
  bytes: { name: "Uint8Array", looks: "array", is: isBytes, encode: place, decode: (json, blob) => blob.read(json) },
};

function isDate(value: unknown): value is Date {
  return value instanceof Date;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isoText(value: unknown): string {
  return isDate(value) && !Number.isNaN(value.getTime()) ? value.toISOString() : refuse("date");
}

/** Strict, so that every date has one text: `2024-02-30` is no date, and neither is one without its milliseconds. */
function date(json: unknown): Date {
  if (typeof json !== "string") return refuse("date");
  const read = new Date(json);
  return !Number.isNaN(read.getTime()) && read.toISOString() === json ? read : refuse("date");
}

function digits(value: unknown): string {
  if (typeof value !== "bigint") return refuse("bigint");
  return value < longest && value > -longest ? String(value) : refuse(`bigint of at most ${BIGINT_DIGITS} digits`);
}

function bigint(json: unknown): bigint {
  if (typeof json !== "string" || json.length > BIGINT_DIGITS + 1) return refuse("bigint");
  return /^(?:0|-?[1-9]\d*)$/.test(json) ? BigInt(json) : refuse("bigint");
}

function place(value: unknown, blob: BlobWriter): unknown {
  return isBytes(value) ? blob.add(value) : refuse("Uint8Array");
}

function refuse(expected: string): never {
  throw new Mismatch(expected);
}

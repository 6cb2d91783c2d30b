/** A value of every kind that JSON has no word for, which says itself what its bytes must be. */
import { isDeepStrictEqual } from "node:util";
import { bytesOf } from "@trunkline/core/simulation";
import { z } from "zod";

export const parcelShape = {
  seed: z.number(),
  length: z.number(),
  bytes: z.instanceof(Uint8Array),
  more: z.array(z.instanceof(Uint8Array)),
  at: z.date(),
  total: z.bigint(),
  names: z.map(z.string(), z.date()),
  marks: z.set(z.bigint()),
  holes: z.array(z.union([z.number(), z.undefined()])),
  kind: z.union([z.string(), z.bigint(), z.date()]),
};

const parcel = z.object(parcelShape);
export type Parcel = z.infer<typeof parcel>;

/** The one of this number, with so many bytes. */
export function parcelOf(seed: number, length: number): Parcel {
  const at = new Date(seed * 86_400_001);
  const total = BigInt(seed) ** 20n;
  return {
    seed,
    length,
    bytes: new Uint8Array(bytesOf(seed, length)),
    more: [new Uint8Array(bytesOf(seed + 1, seed % 5)), new Uint8Array(bytesOf(seed + 2, length % 7))],
    at,
    total,
    names: new Map([
      [`name ${seed}`, at],
      ["", new Date(seed)],
    ]),
    marks: new Set([total, -total - 1n]),
    holes: [seed, undefined, length],
    kind: [`text ${seed}`, total, at][seed % 3]!,
  };
}

/** Whether it is what it says. Whoever has it may have more beside it. */
export function isWhole(value: Parcel): boolean {
  const expected = parcelOf(value.seed, value.length);
  const { bytes, more } = expected;
  if (!isSame(value.bytes, bytes) || value.more.length !== more.length) return false;
  if (!value.more.every((piece, index) => isSame(piece, more[index]!))) return false;
  return Object.entries(expected).every(
    ([name, of]) => name === "bytes" || name === "more" || isDeepStrictEqual(value[name as keyof Parcel], of),
  );
}

const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

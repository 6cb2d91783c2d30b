/** The vectors of values, PROTOCOL.md section 4.1, run against the conversions that ship. */
import { readFileSync } from "node:fs";
import { type Carriage, carried, query } from "@trunkline/core";
import { BlobReader, BlobWriter, type Codec, Mismatch, wireOf } from "@trunkline/core/internal";
import { describe, expect, it } from "vitest";
import { z } from "zod";

interface Case {
  readonly title: string;
  readonly section: string;
  readonly declared: Carriage;
  readonly json: unknown;
  /** In hexadecimal. */
  readonly blob?: string;
}

interface FittingCase extends Case {
  readonly value: unknown;
}

interface MisfitCase extends Case {
  readonly path: readonly (string | number)[];
}

const cases: readonly (FittingCase | MisfitCase)[] = JSON.parse(
  readFileSync(new URL("vectors/values.json", import.meta.url), "utf8"),
);
const fitting = cases.filter((one): one is FittingCase => "value" in one);
const misfits = cases.filter((one): one is MisfitCase => "path" in one);

const bytesOf = (hexadecimal: string) => new Uint8Array(Buffer.from(hexadecimal, "hex"));
const codecOf = ({ declared }: Case): Codec => wireOf(query({ output: carried(z.unknown(), declared) })).output!;
const readerOf = ({ blob }: Case) => new BlobReader(blob === undefined ? undefined : bytesOf(blob));

/** What JSON has no word for is written as an object with one member, whose name begins with `$`. */
function richValue(written: unknown): unknown {
  if (Array.isArray(written)) return written.map(richValue);
  if (typeof written !== "object" || written === null) return written;
  const [[word, content] = ["", undefined]] = Object.entries(written);
  switch (word) {
    case "$date":
      return new Date(content as string);
    case "$bigint":
      return BigInt(content as string);
    case "$bytes":
      return bytesOf(content as string);
    case "$map":
      return new Map((content as [unknown, unknown][]).map(([key, value]) => [richValue(key), richValue(value)]));
    case "$set":
      return new Set((content as unknown[]).map(richValue));
    case "$number":
      return Number(content);
    case "$nothing":
      return undefined;
    default:
      return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, richValue(value)]));
  }
}

describe("a value stands in JSON as its contract declares it:", () => {
  it.each(fitting.map((one) => [one.title, one] as const))("%s", (_title, one) => {
    const blob = new BlobWriter();
    const json: unknown = JSON.parse(JSON.stringify(codecOf(one).encode(richValue(one.value), blob)));
    const bytes = blob.take();
    expect({ json, blob: bytes && Buffer.from(bytes).toString("hex") }).toEqual({ json: one.json, blob: one.blob });
  });

  it.each(fitting.map((one) => [one.title, one] as const))("and is read from it: %s", (_title, one) => {
    expect(codecOf(one).decode(one.json, readerOf(one))).toStrictEqual(richValue(one.value));
  });
});

describe("what does not fit is refused, with its place:", () => {
  it.each(misfits.map((one) => [one.title, one] as const))("%s", (_title, one) => {
    let refusal: unknown;
    try {
      codecOf(one).decode(one.json, readerOf(one));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Mismatch);
    expect((refusal as Mismatch).path).toEqual(one.path);
  });
});

it("every vector has a title of its own, and fits or does not", () => {
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  expect(fitting.length + misfits.length).toBe(cases.length);
});

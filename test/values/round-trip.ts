/**
 * Values on their way: encoded, printed, read, decoded and validated, for both sides of a schema. What arrives must be
 * what was sent, and what was damaged on the way must be refused or read, never thrown elsewhere.
 */
import { isDeepStrictEqual } from "node:util";
import { query } from "@trunkline/core";
import { BlobReader, BlobWriter, type Codec, Mismatch, wireOf } from "@trunkline/core/internal";
import { Random } from "@trunkline/core/simulation";
import { anySort, type Sort } from "./sorts.js";

/** What a run of many values came to. */
export interface Figures {
  contracts: number;
  values: number;
  /** Values whose schema needs a conversion on either side. */
  converted: number;
  /** Values with bytes beside their JSON. */
  withBytes: number;
  damaged: number;
  refused: number;
}

const VALUES_OF_A_SCHEMA = 10;

/** Sends that many values. Throws for the first that arrives as another. */
export function roundTrips(values: number, seed: number): Figures {
  const figures: Figures = { contracts: 0, values: 0, converted: 0, withBytes: 0, damaged: 0, refused: 0 };
  for (let contract = 0; figures.values < values; contract++) {
    const random = new Random(seed + contract);
    const sort = anySort(random, 4);
    const wire = wireOf(query({ input: sort.schema, output: sort.schema }));
    figures.contracts++;
    for (let count = 0; count < VALUES_OF_A_SCHEMA && figures.values < values; count++, figures.values++) {
      if (wire.input !== undefined || wire.output !== undefined) figures.converted++;
      oneValue(sort, wire, { random, figures, name: `seed ${seed + contract}, value ${count}` });
    }
  }
  return figures;
}

interface Run {
  readonly random: Random;
  readonly figures: Figures;
  readonly name: string;
}

function oneValue(sort: Sort, wire: Pick<ReturnType<typeof wireOf>, "input" | "output">, run: Run): void {
  const value = sort.value();
  const validated = sort.schema.safeParse(value);
  if (!validated.success)
    throw new Error(`${run.name}: the generator made what its schema refuses`, { cause: [value, validated.error] });
  const input = travel(value, wire.input, run);
  const there = sort.schema.safeParse(input);
  if (!there.success) throw new Error(`${run.name}: the input was refused`, { cause: { value, input } });
  same(validated.data, there.data, `${run.name}, input`, [value, input]);
  same(validated.data, travel(validated.data, wire.output, run), `${run.name}, output`);
}

function travel(value: unknown, codec: Codec | undefined, run: Run): unknown {
  const blob = new BlobWriter();
  const text = JSON.stringify(codec === undefined || value === undefined ? value : codec.encode(value, blob));
  const bytes = blob.take();
  if (bytes !== undefined) run.figures.withBytes++;
  if (text === undefined) return undefined;
  if (codec === undefined) return JSON.parse(text);
  damage(JSON.parse(text), codec, run);
  return codec.decode(JSON.parse(text), new BlobReader(bytes));
}

/** Something in the JSON becomes something else. */
function damage(json: unknown, codec: Codec, { random, figures, name }: Run): void {
  figures.damaged++;
  try {
    codec.decode(damaged(json, random), new BlobReader(random.chance(0.5) ? undefined : new Uint8Array(4)));
  } catch (error) {
    if (!(error instanceof Mismatch)) throw new Error(`${name}: damage was not refused but thrown`, { cause: error });
    figures.refused++;
  }
}

function damaged(json: unknown, random: Random): unknown {
  if (typeof json !== "object" || json === null || random.chance(0.2)) {
    return random.pick([null, true, -1, 2 ** 60, "", "x", "1e3", "2024-02-30T00:00:00.000Z", [], [9, 0], [0, 1], {}]);
  }
  const keys = Object.keys(json);
  if (keys.length === 0) return null;
  const key = random.pick(keys) as keyof typeof json;
  const copy = (Array.isArray(json) ? [...json] : { ...json }) as Record<string, unknown>;
  copy[key] = damaged(json[key], random);
  return copy;
}

function same(expected: unknown, actual: unknown, what: string, sent: unknown = expected): void {
  if (isDeepStrictEqual(expected, actual)) return;
  throw new Error(`${what}: another value arrived`, { cause: { expected, actual, sent } });
}

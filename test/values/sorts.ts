/**
 * Schemas by chance, each with a source of values that fit it: all kinds that can travel, inside one another. Values
 * are what a caller passes; keys that are optional are left out rather than set to undefined, as JSON cannot tell.
 */
import type { Random } from "@trunkline/core/simulation";
import { z } from "zod";

/** A schema, and values that it takes. */
export interface Sort {
  readonly schema: z.ZodType;
  value(): unknown;
}

/** A sort of values, nested at most `depth` times. */
export function anySort(random: Random, depth: number): Sort {
  const make = random.pick(depth > 0 && random.chance(0.75) ? compound : leaves);
  return make(random, depth - 1);
}

type Maker = (random: Random, depth: number) => Sort;

const text = (random: Random) => random.pick(["", "a", "NaN", "2024-02-29T12:00:00.000Z", "12", "ü€😀", "null"]);

/** Any JSON; no `-0`, which JSON has no word for. */
function json(random: Random, depth = 2): unknown {
  const kind = random.int(depth > 0 ? 6 : 4);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.between(-3, 1_000) / 4 || 0;
  if (kind === 3) return text(random);
  const items = Array.from({ length: random.int(4) }, () => json(random, depth - 1));
  return kind === 4 ? items : Object.fromEntries(items.map((item, index) => [`k${index}`, item]));
}

const date = (random: Random) => new Date((random.next() - 0.5) * 10 ** random.between(10, 16));
const bytes = (random: Random) => Uint8Array.from({ length: random.int(20) }, () => random.int(256));
const bigint = (random: Random) => BigInt(random.between(-9, 9)) ** BigInt(random.int(40));

const leaf =
  (schema: () => z.ZodType, value: (random: Random) => unknown): Maker =>
  (random) => ({ schema: schema(), value: () => value(random) });

const leaves: readonly Maker[] = [
  leaf(() => z.string(), text),
  leaf(
    () => z.number(),
    (random) => random.between(-1_000, 1_000) / 8 || 0,
  ),
  leaf(
    () => z.boolean(),
    (random) => random.chance(0.5),
  ),
  leaf(
    () => z.null(),
    () => null,
  ),
  leaf(
    () => z.undefined(),
    () => undefined,
  ),
  leaf(() => z.date(), date),
  leaf(() => z.bigint(), bigint),
  leaf(() => z.instanceof(Uint8Array), bytes),
  leaf(
    () => z.nan(),
    () => Number.NaN,
  ),
  leaf(
    () => z.literal([1, "1", 1n, undefined, null, true]),
    (random) => random.pick([1, "1", 1n, undefined, null, true]),
  ),
  leaf(
    () => z.enum(["red", "green"]),
    (random) => random.pick(["red", "green"]),
  ),
  leaf(
    () => z.templateLiteral(["v", z.int()]),
    (random) => `v${random.int(99)}`,
  ),
  leaf(() => z.json(), json),
  leaf(
    () => z.coerce.bigint(),
    (random) => String(random.int(99)),
  ),
  leaf(() => z.string().transform((given) => given.length), text),
  leaf(
    () => z.preprocess((given) => (typeof given === "number" ? new Date(given) : given), z.date()),
    (random) => random.int(1e9),
  ),
  leaf(isoDate, (random) => date(random).toISOString()),
];

function isoDate(): z.ZodType {
  return z.codec(z.string(), z.date(), { decode: (given) => new Date(given), encode: (given) => given.toISOString() });
}

const wrapped =
  (wrap: (schema: z.ZodType) => z.ZodType): Maker =>
  (random, depth) => {
    const inner = anySort(random, depth);
    return { schema: wrap(inner.schema), value: () => inner.value() };
  };

const orElse =
  (wrap: (schema: z.ZodType) => z.ZodType, other: unknown): Maker =>
  (random, depth) => {
    const inner = anySort(random, depth);
    return { schema: wrap(inner.schema), value: () => (random.chance(0.3) ? other : inner.value()) };
  };

const compound: readonly Maker[] = [
  object,
  object,
  array,
  tuple,
  record,
  map,
  set,
  union,
  union,
  toldApart,
  intersection,
  tree,
  chain,
  orElse((schema) => schema.optional(), undefined),
  orElse((schema) => schema.nullable(), null),
  orElse((schema) => schema.nullish(), undefined),
  wrapped((schema) => schema.brand("branded")),
  wrapped((schema) => z.lazy(() => schema)),
  wrapped((schema) => schema.refine(() => true)),
  (random, depth) => {
    const inner = anySort(random, depth);
    const instead = inner.schema.safeParse(inner.value()).data;
    return {
      schema: inner.schema.default(instead as never),
      value: () => (random.chance(0.3) ? undefined : inner.value()),
    };
  },
  (random, depth) => {
    const inner = anySort(random, depth);
    const instead = inner.value();
    return {
      schema: inner.schema.prefault(instead as never),
      value: () => (random.chance(0.3) ? undefined : inner.value()),
    };
  },
];

const many = <Item>(random: Random, most: number, make: () => Item): Item[] =>
  Array.from({ length: random.int(most + 1) }, make);

interface Fields {
  readonly shape: Record<string, z.ZodType>;
  value(): Record<string, unknown>;
}

function fields(random: Random, depth: number, names: readonly string[]): Fields {
  const sorts = names.filter(() => random.chance(0.6)).map((name) => [name, anySort(random, depth)] as const);
  const shape = Object.fromEntries(
    sorts.map(([name, { schema }]) => [name, random.chance(0.25) ? schema.optional() : schema]),
  );
  const value = () => {
    return Object.assign({}, ...sorts.map(([name, sort]) => member(name, sort.value(), shape[name]!)));
  };
  return { shape, value };
}

/** A member, or none where it may as well be left out. */
const member = (name: string, value: unknown, schema: z.ZodType) =>
  value === undefined && schema._zod.optin !== undefined ? {} : { [name]: value };

function object(random: Random, depth: number): Sort {
  const { shape, value } = fields(random, depth, ["a", "b", "c", "length"]);
  const rest = anySort(random, depth - 1);
  const open = () => ({
    ...value(),
    ...Object.fromEntries(many(random, 2, () => [`x${random.int(3)}`, rest.value()])),
  });
  return random.pick<() => Sort>([
    () => ({ schema: z.object(shape), value }),
    () => ({ schema: z.strictObject(shape), value }),
    () => ({ schema: z.looseObject(shape), value }),
    () => ({ schema: z.object(shape).catchall(rest.schema), value: open }),
  ])();
}

function array(random: Random, depth: number): Sort {
  const element = anySort(random, depth);
  return { schema: z.array(element.schema), value: () => many(random, 4, () => element.value()) };
}

function tuple(random: Random, depth: number): Sort {
  const items = [anySort(random, depth), ...many(random, 2, () => anySort(random, depth - 1))];
  const rest = anySort(random, depth - 1);
  const [first, ...others] = items.map(({ schema }) => schema) as [z.ZodType, ...z.ZodType[]];
  const value = () => items.map((item) => item.value());
  if (random.chance(0.5)) return { schema: z.tuple([first, ...others]), value };
  return {
    schema: z.tuple([first, ...others], rest.schema),
    value: () => [...value(), ...many(random, 3, () => rest.value())],
  };
}

function record(random: Random, depth: number): Sort {
  const inner = anySort(random, depth);
  const [key, names] = random.pick<readonly [z.ZodType<string | number, string | number>, string[]]>([
    [z.string(), ["k1", "k2", "toString"]],
    [z.number(), ["1", "2.5"]],
    [z.enum(["red"]), ["red"]],
  ]);
  const count = key instanceof z.ZodEnum ? names.length : random.int(names.length + 1);
  return {
    schema: z.record(key as z.ZodString, inner.schema),
    value: () => Object.fromEntries(names.slice(0, count).map((name) => [name, inner.value()])),
  };
}

function map(random: Random, depth: number): Sort {
  const [key, value] = [anySort(random, depth - 1), anySort(random, depth)];
  return {
    schema: z.map(key.schema, value.schema),
    value: () => new Map(many(random, 3, () => [key.value(), value.value()] as const)),
  };
}

function set(random: Random, depth: number): Sort {
  const element = anySort(random, depth);
  return { schema: z.set(element.schema), value: () => new Set(many(random, 3, () => element.value())) };
}

function union(random: Random, depth: number): Sort {
  const members = [anySort(random, depth), anySort(random, depth), ...many(random, 2, () => anySort(random, depth))];
  return { schema: z.union(members.map(({ schema }) => schema)), value: () => random.pick(members).value() };
}

function toldApart(random: Random, depth: number): Sort {
  const members = [..."pqr"].slice(0, random.between(2, 3)).map((kind) => {
    const { shape, value } = fields(random, depth, ["a", "b"]);
    return { schema: z.object({ kind: z.literal(kind), ...shape }), value: () => ({ kind, ...value() }) };
  });
  const [first, ...others] = members.map(({ schema }) => schema);
  return { schema: z.discriminatedUnion("kind", [first!, ...others]), value: () => random.pick(members).value() };
}

function intersection(random: Random, depth: number): Sort {
  const left = fields(random, depth, ["a", "b"]);
  const right = fields(random, depth, ["c", "d"]);
  return {
    schema: z.intersection(z.object(left.shape), z.object(right.shape)),
    value: () => ({ ...left.value(), ...right.value() }),
  };
}

/** A schema that leads to itself through lists, objects and maps. */
function tree(random: Random, depth: number): Sort {
  const inner = anySort(random, depth - 1);
  const schema: z.ZodType = z.lazy(() =>
    z.union([inner.schema, z.array(schema), z.object({ next: schema }), z.map(z.string(), schema)]),
  );
  const value = (left: number): unknown => {
    if (left === 0) return inner.value();
    return random.pick<() => unknown>([
      () => inner.value(),
      () => many(random, 2, () => value(left - 1)),
      () => member("next", value(left - 1), schema),
      () => new Map(many(random, 2, () => [text(random), value(left - 1)] as const)),
    ])();
  };
  return { schema, value: () => value(3) };
}

/** An object that holds another of its own kind, by a getter. */
function chain(random: Random, depth: number): Sort {
  const inner = anySort(random, depth - 1);
  const schema = z.object({
    here: inner.schema,
    get next(): z.ZodType {
      return schema.optional();
    },
  });
  const value = (left: number): unknown => {
    const next = left > 0 ? value(left - 1) : undefined;
    return { ...member("here", inner.value(), inner.schema), ...(left > 0 ? { next } : {}) };
  };
  return { schema, value: () => value(random.int(4)) };
}

/**
 * All that may stand at one place: the schemas and words of the place, read until a value's own kind shows. Where
 * several kinds may stand there, as in a union, the value tells which one it is; so kinds are all that is kept, and two
 * schemas of one kind become one (see survey.ts).
 */
import { isSchema, type Schema } from "../schema.js";
import { type AnyConversion, type Atom, type Carriage, isConversion, type Part, type Plain } from "./carriage.js";
import { carriageOf } from "./carried.js";
import { isZod, readZod, type Side, Stranger } from "./zod.js";

export type ObjectWords = Extract<Carriage, { readonly object: unknown }>;

export class Possible {
  readonly atoms = new Set<Atom>();
  readonly plain = new Set<Plain>();
  readonly lists: { readonly items: readonly Part[]; readonly rest: Part | undefined }[] = [];
  readonly objects: ObjectWords[] = [];
  readonly maps: (readonly [key: Part, value: Part])[] = [];
  readonly sets: Part[] = [];
  readonly conversions = new Set<AnyConversion>();
  /** The values that may stand here, as long as they can be listed. */
  literals: Set<unknown> | undefined = new Set();

  /** Everything that may stand here may stand there too. */
  addTo(other: Possible): void {
    for (const atom of this.atoms) other.atoms.add(atom);
    for (const word of this.plain) other.plain.add(word);
    other.lists.push(...this.lists);
    other.objects.push(...this.objects);
    other.maps.push(...this.maps);
    other.sets.push(...this.sets);
    for (const conversion of this.conversions) other.conversions.add(conversion);
    if (this.literals === undefined) other.literals = undefined;
    else for (const value of this.literals) other.literals?.add(value);
  }
}

/** Reads schemas from one side, each once. Throws a `TypeError` that names the place of what cannot travel. */
export class Reader {
  readonly #side: Side;
  readonly #read = new Map<Schema, Carriage | AnyConversion>();

  constructor(side: Side) {
    this.#side = side;
  }

  possible(parts: readonly Part[], at: string): Possible {
    const found = new Possible();
    const seen = new Set<Part>();
    for (const part of parts) this.#add(part, found, { at, seen });
    return found;
  }

  #add(part: Part, to: Possible, place: { readonly at: string; readonly seen: Set<Part> }): void {
    if (place.seen.has(part)) return;
    place.seen.add(part);
    const carriage = isSchema(part) ? this.#carriage(part, place.at) : part;
    if (typeof carriage === "string") return addWord(carriage, to);
    if ("literal" in carriage) return addLiterals(carriage.literal, to);
    if ("oneOf" in carriage) {
      for (const member of carriage.oneOf) this.#add(member, to, place);
      return;
    }
    if ("defined" in carriage) {
      const inner = this.possible([carriage.defined], place.at);
      inner.atoms.delete("undefined");
      inner.literals?.delete(undefined);
      return inner.addTo(to);
    }
    to.literals = undefined;
    if ("list" in carriage) to.lists.push({ items: [], rest: carriage.list });
    else if ("tuple" in carriage) to.lists.push({ items: carriage.tuple, rest: carriage.rest });
    else if ("object" in carriage) to.objects.push(carriage);
    else if ("map" in carriage) to.maps.push(carriage.map);
    else if ("set" in carriage) to.sets.push(carriage.set);
    else if (isConversion(carriage)) to.conversions.add(carriage);
    else throw new TypeError(`${place.at}: expected words that say how a value travels`);
  }

  #carriage(schema: Schema, at: string): Carriage | AnyConversion {
    const known = this.#read.get(schema);
    if (known !== undefined) return known;
    // Of other validators nothing is known: their values travel as JSON.
    const carriage = carriageOf(schema) ?? (isZod(schema) ? readZod(schema, this.#side) : "json");
    if (carriage instanceof Stranger) {
      throw new TypeError(`${at} is ${carriage.what}, which cannot travel; ${carriage.advice}`);
    }
    this.#read.set(schema, carriage);
    return carriage;
  }
}

const atoms: ReadonlySet<string> = new Set<Atom>(["undefined", "nonfinite", "bigint", "date", "bytes"]);
const plain: ReadonlySet<string> = new Set<Plain>(["json", "null", "boolean", "number", "string"]);

function addWord(word: Atom | Plain, to: Possible): void {
  if (word === "undefined") return addLiterals([undefined], to);
  if (word === "null") return addLiterals([null], to);
  if (word === "boolean") return addLiterals([true, false], to);
  to.literals = undefined;
  if (atoms.has(word)) to.atoms.add(word as Atom);
  else if (plain.has(word)) to.plain.add(word as Plain);
  else throw new TypeError(`carried: ${JSON.stringify(word)} is no word for how a value travels`);
}

function addLiterals(values: readonly unknown[], to: Possible): void {
  for (const value of values) {
    to.literals?.add(value);
    if (value === null) to.plain.add("null");
    else if (typeof value === "number" && !Number.isFinite(value)) to.atoms.add("nonfinite");
    else if (value === undefined) to.atoms.add("undefined");
    else if (typeof value === "bigint") to.atoms.add("bigint");
    else to.plain.add(typeof value as Plain);
  }
}

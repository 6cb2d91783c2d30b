/**
 * The places of a value, each once: a place is the set of schemas that may describe what stands there. Schemas of a
 * union that are met at one place are joined: two lists become one list of both their elements, two objects one object
 * of both their members, unless a member with literal values tells them apart. So a recursive schema comes to an end,
 * and the kind of a value decides how it travels, never a guess at which member of a union it is.
 *
 * @see plan.ts, for what becomes of it
 */
import type { AnyConversion, Atom, Part, Plain } from "./carriage.js";
import type { JsonLiteral } from "./plan.js";
import { type ObjectWords, type Possible, Reader } from "./possible.js";
import { memberOf, soleConversion, toldApart } from "./told-apart.js";
import type { Side } from "./zod.js";

export interface Place {
  /** What JSON has no word for. */
  readonly atoms: ReadonlySet<Atom>;
  readonly plain: ReadonlySet<Plain>;
  readonly conversion: AnyConversion | undefined;
  readonly list: { readonly items: readonly Place[]; readonly rest: Place | undefined } | undefined;
  readonly objects: Objects | undefined;
  /** Keys, then values. */
  readonly map: readonly Place[] | undefined;
  readonly set: Place | undefined;
  /** Whether anything here, however deep, is not carried as it is. */
  converts: boolean;
  /** How often it was come to. */
  visits: number;
}

export type Objects = Members | { readonly by: string; readonly cases: readonly Case[] };

interface Case {
  readonly values: readonly JsonLiteral[];
  readonly objects: Objects;
}

interface Members {
  readonly members: ReadonlyMap<string, Place>;
  readonly rest: Place | undefined;
}

/** More schemas, and more inside one another, than any author writes: who has more makes new ones whenever asked. */
const MAX_PLACES = 10_000;
const MAX_DEPTH = 200;

interface Target {
  readonly at: string;
  /** A member of an object, or the whole value: what is undefined is simply not there. */
  readonly mayBeAbsent: boolean;
}

/** Looks at all that a part may hold on one side. Throws a `TypeError` that names the place of what cannot travel. */
export function survey(part: Part, side: Side, at: string): Place {
  const surveyor = new Surveyor(side);
  const root = surveyor.place([part], { at, mayBeAbsent: true });
  surveyor.settle();
  return root;
}

class Surveyor {
  readonly #reader: Reader;
  readonly #places = new Map<string, Place>();
  readonly #numbers = new Map<Part, number>();
  #depth = 0;

  constructor(side: Side) {
    this.#reader = new Reader(side);
  }

  place(parts: readonly Part[], target: Target): Place {
    const distinct = [...new Set(parts)];
    const key = `${distinct.map((part) => this.#number(part)).sort()} ${target.mayBeAbsent}`;
    const known = this.#places.get(key);
    if (known !== undefined) {
      known.visits++;
      return known;
    }
    if (this.#places.size === MAX_PLACES || this.#depth === MAX_DEPTH)
      throw new TypeError(`${target.at.slice(0, 100)} is made of schemas without end`);
    const place = { converts: false, visits: 1 } as Place;
    this.#places.set(key, place);
    this.#depth++;
    Object.assign(place, this.#kinds(this.#reader.possible(distinct, target.at), target));
    this.#depth--;
    return place;
  }

  /** A place converts if one that it leads to does. */
  settle(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const place of this.#places.values()) {
        if (place.converts || !leadsTo(place).some(({ converts }) => converts)) continue;
        place.converts = true;
        changed = true;
      }
    }
  }

  #number(part: Part): number {
    const number = this.#numbers.get(part) ?? this.#numbers.size;
    this.#numbers.set(part, number);
    return number;
  }

  #kinds(possible: Possible, { at, mayBeAbsent }: Target): Omit<Place, "visits"> {
    if (mayBeAbsent) possible.atoms.delete("undefined");
    const conversion = soleConversion(possible, at);
    const { atoms, plain, maps, sets } = possible;
    const within = { at: `${at}.*`, mayBeAbsent: false };
    return {
      atoms,
      plain,
      conversion,
      list: this.#list(possible, at),
      objects: possible.objects.length === 0 ? undefined : this.#objects(possible.objects, plain.has("json"), at),
      map:
        maps.length === 0
          ? undefined
          : ([0, 1] as const).map((of) =>
              this.place(
                maps.map((each) => each[of]),
                within,
              ),
            ),
      set: sets.length === 0 ? undefined : this.place(sets, within),
      converts: atoms.size + maps.length + sets.length > 0 || conversion !== undefined,
    };
  }

  #list({ lists, plain }: Possible, at: string): Place["list"] {
    if (lists.length === 0) return undefined;
    const also: Part[] = plain.has("json") ? ["json"] : [];
    const length = Math.max(...lists.map(({ items }) => items.length));
    const items = Array.from({ length }, (_, index) =>
      this.place([...lists.flatMap(({ items, rest }) => items[index] ?? rest ?? []), ...also], {
        at: `${at}.${index}`,
        mayBeAbsent: false,
      }),
    );
    const rests = [...lists.flatMap(({ rest }) => rest ?? []), ...also];
    return {
      items,
      rest: rests.length === 0 ? undefined : this.place(rests, { at: `${at}.*`, mayBeAbsent: false }),
    };
  }

  #objects(objects: readonly ObjectWords[], orAnything: boolean, at: string): Objects {
    const found = orAnything ? undefined : toldApart(objects, at, this.#reader);
    if (found === undefined) return this.#joined(objects, orAnything, at);
    const { by, groups } = found;
    return {
      by,
      cases: groups.map(({ values, of }) => ({ values: [...values], objects: this.#objects(of, false, at) })),
    };
  }

  #joined(objects: readonly ObjectWords[], orAnything: boolean, at: string): Members {
    const also: Part[] = orAnything ? ["json"] : [];
    const members = new Map<string, Place>();
    for (const name of new Set(objects.flatMap(({ object }) => Object.keys(object)))) {
      if (name === "__proto__") throw new TypeError(`${at} has a member __proto__, which may not travel`);
      const parts = [...objects.flatMap((words) => memberOf(words, name) ?? words.rest ?? []), ...also];
      const here = `${at}.${name}`;
      // Validation would miss it, so that it travels although it is undefined.
      const isMissed = objects.some(({ required = [] }) => required.includes(name));
      members.set(name, this.place(parts, { at: here, mayBeAbsent: !isMissed }));
    }
    const rests = [...objects.flatMap(({ rest }) => rest ?? []), ...also];
    const rest = rests.length === 0 ? undefined : this.place(rests, { at: `${at}.*`, mayBeAbsent: false });
    return { members, rest };
  }
}

function leadsTo({ list, map, set, objects }: Place): Place[] {
  const rest = list?.rest;
  return [
    ...(list?.items ?? []),
    ...(rest === undefined ? [] : [rest]),
    ...(map ?? []),
    ...(set === undefined ? [] : [set]),
    ...(objects === undefined ? [] : within(objects)),
  ];
}

function within(objects: Objects): Place[] {
  if ("by" in objects) return objects.cases.flatMap((each) => within(each.objects));
  return [...objects.members.values(), ...(objects.rest === undefined ? [] : [objects.rest])];
}

/**
 * From places to a plan. What is carried as it is becomes `null`, whatever it is made of; what several places lead to
 * is printed once. The order in which an author wrote members and unions does not show.
 */
import type { AnyConversion, Atom, Part, Plain } from "./carriage.js";
import type { JsonKind, PartPlan, Plan, WirePlan } from "./plan.js";
import { type Objects, type Place, survey } from "./survey.js";
import type { Side } from "./zod.js";

/**
 * The plan for the values of a schema on one side; undefined where JSON carries them as they are. Throws a `TypeError`
 * that names the place, beginning with `at`, of what cannot travel.
 */
export function planOf(part: Part, side: Side, naming: Naming): WirePlan | undefined {
  const root = survey(part, side, naming.at);
  if (!root.converts) return undefined;
  const printer = new Printer(naming);
  const plan = printer.part(root)!;
  return { plan, shared: printer.shared };
}

interface Naming {
  /** What the place of the value is called. */
  readonly at: string;
  /** Takes the author's own conversions that the plan names. */
  readonly conversions: Map<string, AnyConversion>;
}

interface Alternative {
  readonly plan: PartPlan;
  readonly looks: readonly JsonKind[];
}

const atomLooks: Readonly<Record<Atom, JsonKind>> = {
  undefined: "null",
  nonfinite: "string",
  bigint: "string",
  date: "string",
  bytes: "array",
};

class Printer {
  readonly shared: Plan[] = [];
  readonly #numbers = new Map<Place, number>();
  readonly #naming: Naming;

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  part(place: Place): PartPlan {
    if (!place.converts) return null;
    const isCompound = Boolean(place.list ?? place.objects ?? place.map ?? place.set);
    if (!isCompound || place.visits === 1) return this.#plan(place);
    const known = this.#numbers.get(place);
    if (known !== undefined) return { ref: known };
    const ref = this.shared.length;
    this.#numbers.set(place, ref);
    // Holds the number until the plan, which may refer to itself, is there.
    this.shared.push({ ref });
    this.shared[ref] = this.#plan(place)!;
    return { ref };
  }

  #plan(place: Place): PartPlan {
    const alternatives = this.#alternatives(place);
    if (alternatives.length === 1) return alternatives[0]!.plan;
    const plans = alternatives.map(({ plan }) => plan);
    const looks = alternatives.flatMap((alternative) => alternative.looks);
    return new Set(looks).size === looks.length ? { either: plans } : { tagged: plans };
  }

  /** In an order that does not depend on how the union was written: what is carried as it is comes last. */
  #alternatives(place: Place): Alternative[] {
    const { atoms, conversion, map, set } = place;
    const found: Alternative[] = (Object.keys(atomLooks) as Atom[])
      .filter((atom) => atoms.has(atom))
      .map((atom) => ({ plan: atom, looks: [atomLooks[atom]] }));
    if (map !== undefined) found.push({ plan: { map: [this.part(map[0]!), this.part(map[1]!)] }, looks: ["array"] });
    if (set !== undefined) found.push({ plan: { set: this.part(set) }, looks: ["array"] });
    const list = this.#list(place.list);
    if (list !== null) found.push({ plan: list, looks: ["array"] });
    const object = place.objects === undefined ? null : this.#objects(place.objects);
    if (object !== null) found.push({ plan: object, looks: ["object"] });
    if (conversion !== undefined) found.push({ plan: this.#named(conversion), looks: kinds });
    const looks = plainLooks(place, { list, object });
    if (looks.length > 0) found.push({ plan: null, looks });
    return found;
  }

  #named(conversion: AnyConversion): Plan {
    const { at, conversions } = this.#naming;
    const { name } = conversion;
    if ((conversions.get(name) ?? conversion) !== conversion) throw new TypeError(`${at} has two conversions ${name}`);
    conversions.set(name, conversion);
    return { convert: name };
  }

  #list(list: Place["list"]): PartPlan {
    if (list === undefined) return null;
    const items = list.items.map((item) => this.part(item));
    const rest = list.rest === undefined ? null : this.part(list.rest);
    if (rest === null && items.every((item) => item === null)) return null;
    return items.length === 0 ? { list: rest } : { tuple: items, rest };
  }

  #objects(objects: Objects): PartPlan {
    if ("by" in objects) {
      const cases = objects.cases.map(({ values, objects }) => [[...values].sort(), this.#objects(objects)] as const);
      if (cases.every(([, plan]) => plan === null)) return null;
      return { by: objects.by, cases: cases.sort(([one], [other]) => order(String(one[0]), String(other[0]))) };
    }
    const members = [...objects.members].sort(([one], [other]) => order(one, other));
    const plans = members.map(([name, place]) => [name, this.part(place)] as const);
    const rest = objects.rest === undefined ? null : this.part(objects.rest);
    // Where the rest converts, those that do not must be known by name.
    const named = rest === null ? plans.filter(([, plan]) => plan !== null) : plans;
    if (named.length === 0 && rest === null) return null;
    return { object: Object.fromEntries(named), rest };
  }
}

const kinds: readonly JsonKind[] = ["null", "boolean", "number", "string", "array", "object"];

function plainLooks(
  { plain, list, objects }: Place,
  converted: { readonly list: PartPlan; readonly object: PartPlan },
): JsonKind[] {
  const looks = new Set<JsonKind>(plain.has("json") ? kinds : ([...plain] as Exclude<Plain, "json">[]));
  if (list !== undefined) looks.add("array");
  if (objects !== undefined) looks.add("object");
  if (converted.list !== null) looks.delete("array");
  if (converted.object !== null) looks.delete("object");
  return [...looks];
}

const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

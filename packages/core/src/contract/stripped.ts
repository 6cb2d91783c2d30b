/**
 * A contract made from its description, without a schema: a client takes it wherever it takes the contract, and finds
 * the same hashes and the same conversions. Nobody can answer with it, because nothing in it validates.
 */
import { type ContractDescription, DESCRIPTION_VERSION, type ProcedureDescription } from "./description.js";
import { keepFeatures } from "./features.js";
import { keepHashes } from "./hashes.js";
import { type Procedure, sealProcedure } from "./procedure.js";
import { keepRoutes } from "./routes.js";
import type { Schema } from "./schema.js";
import { markStripped } from "./stripped-mark.js";
import type { ProcedurePlans } from "./wire/plan.js";
import type { ValuePlans } from "./wire/procedure-wire.js";

/** What the contract's calls need beside what all calls do: the exports of these names stand beside this function. */
export interface StrippedFeatures {
  /** Where values travel by plans: plain JSON needs none. */
  readonly conversions?: { plansOf(plans: ProcedurePlans): ValuePlans };
  /** Where callers send streams. `schema` stands where the schema of their items was. */
  readonly upstreams?: { readonly schema: Schema };
}

/**
 * The contract that was described, for clients. What calls this is written by `@trunkline/strip`, which says of which type
 * it is: that of the contract. Throws a `TypeError` for a description that another version has written.
 */
export function strippedContract<Tree extends object>(
  description: ContractDescription,
  features: StrippedFeatures = {},
): Tree {
  if (description?.version !== DESCRIPTION_VERSION) {
    const found = `expected a description of version ${DESCRIPTION_VERSION}, but came ${description?.version}`;
    throw new TypeError(`stripped contract: ${found}; make it anew with the same version of all packages`);
  }
  const root: Group = Object.create(null);
  const routes = new Map<string, Procedure>();
  for (const [path, described] of Object.entries(description.procedures)) {
    const procedure = strippedProcedure(described, features);
    const names = path.split(".");
    const last = names.pop()!;
    names.reduce(subgroup, root)[last] = procedure;
    routes.set(path, procedure);
  }
  keepRoutes(root, routes);
  keepHashes(root, () => ({
    contract: description.hash,
    procedures: new Map(Object.entries(description.procedures).map(([path, { hash }]) => [path, hash])),
  }));
  keepFeatures(root, features);
  markStripped(root);
  return deepFreeze(root) as Tree;
}

type Group = Record<string, unknown>;

function strippedProcedure(
  { kind, hash: _, plans, upstream, ...flags }: ProcedureDescription,
  { conversions, upstreams }: StrippedFeatures,
): Procedure {
  if (upstream && !upstreams) throw lacking("upstreams");
  if (plans && !conversions) throw lacking("conversions");
  const definition = Object.freeze({ ...flags, ...(upstream && upstreams && { upstream: upstreams.schema }) });
  return sealProcedure(markStripped({ kind, definition }), plans && (() => conversions!.plansOf(plans)));
}

/** Nobody writes a stripped module by hand; whoever does learns what it lacks. */
const lacking = (name: string) => new TypeError(`stripped contract: expected ${name} beside the description`);

/** The group of this name, made where it is not there yet. */
function subgroup(group: Group, name: string): Group {
  group[name] ??= Object.create(null);
  return group[name] as Group;
}

function deepFreeze(group: object): object {
  for (const member of Object.values(group)) if (!Object.isFrozen(member)) deepFreeze(member as object);
  return Object.freeze(group);
}

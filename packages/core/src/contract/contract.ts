/**
 * A contract: the tree of procedures that both ends share. Invariants of what is made here: every name is usable,
 * every procedure stands under exactly one path, and nothing can be changed afterwards, at any depth.
 */
import { keepFeatures } from "./features.js";
import { fingerprints } from "./hash.js";
import { keepHashes } from "./hashes.js";
import { type ReservedNames, refuseName } from "./names.js";
import { isProcedure, type Procedure } from "./procedure.js";
import { keepRoutes } from "./routes.js";
import { isSchema } from "./schema.js";
import { isStripped } from "./stripped-mark.js";
import { wireOf } from "./wire/procedure-wire.js";

/** A tree of procedures in named groups, as deep as you like. */
export type Contract = Group & ReservedNames;

interface Group {
  readonly [name: string]: Procedure | Contract;
}

/** What `defineContract` returns, with the features that its calls may need. */
export function contractOf<Tree extends Contract>(tree: Tree, features: object): Tree {
  const survey: Survey = { paths: new Map(), routes: new Map() };
  const root: Place = { path: [], inside: new Set() };
  if (isProcedure(tree) || !isGroup(tree)) refuse([], `expected a group of procedures, but came ${describe(tree)}`);
  const contract = copyGroup(tree, root, survey);
  keepRoutes(contract, survey.routes);
  keepHashes(contract, () => fingerprints(survey.routes));
  keepFeatures(contract, features);
  // A copy of the tree, member by member, has the tree's type.
  return Object.freeze(contract) as Tree;
}

interface Survey {
  /** Where each procedure was met first. */
  readonly paths: Map<Procedure, string>;
  readonly routes: Map<string, Procedure>;
}

interface Place {
  readonly path: readonly string[];
  /** The groups that are being copied around this place: meeting one of them again is a cycle. */
  readonly inside: ReadonlySet<unknown>;
}

/** Without a prototype, so that no inherited name is taken for a member. Frozen by the caller. */
function copyGroup(group: object, { path, inside }: Place, survey: Survey): object {
  if (inside.has(group)) refuse(path, "this group contains itself");
  const copy: Record<string, unknown> = Object.create(null);
  const within = new Set(inside).add(group);
  for (const key of Reflect.ownKeys(group)) {
    if (!Object.prototype.propertyIsEnumerable.call(group, key)) continue;
    if (typeof key === "symbol") refuse(path, `expected names that are strings, but came ${String(key)}`);
    const here = [...path, key];
    const reason = refuseName(key);
    if (reason !== undefined) refuse(here, reason);
    copy[key] = copyMember((group as Record<string, unknown>)[key], { path: here, inside: within }, survey);
  }
  return copy;
}

function copyMember(member: unknown, place: Place, survey: Survey): unknown {
  if (isProcedure(member)) return noteProcedure(member, place, survey);
  if (isGroup(member)) return Object.freeze(copyGroup(member, place, survey));
  const expected = "expected a procedure (query, mutation, subscription) or a group of procedures";
  return refuse(place.path, `${expected}, but came ${describe(member)}`);
}

function noteProcedure(procedure: Procedure, { path }: Place, { paths, routes }: Survey): Procedure {
  const here = path.join(".");
  if (isStripped(procedure)) refuse(path, "expected a procedure, but came one of a stripped contract");
  const first = paths.get(procedure);
  // Types, hashes and logs go from the procedure to its path, so there can be one only.
  if (first !== undefined) refuse(path, `the same procedure object already stands under ${first}; declare it twice`);
  try {
    wireOf(procedure);
  } catch (error) {
    refuse(path, (error as Error).message);
  }
  paths.set(procedure, here);
  routes.set(here, procedure);
  return procedure;
}

/** A plain object or a module's namespace: what carries methods of its own is no group. */
function isGroup(value: unknown): value is object {
  if (typeof value !== "object" || value === null || isSchema(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (isProcedure(value)) return `a ${value.kind}`;
  if (value === null) return "null";
  if (isSchema(value)) return "a schema";
  if (typeof value !== "object") return value === undefined ? "undefined" : `a ${typeof value}`;
  return Array.isArray(value) ? "an array" : `an object of class ${String(value.constructor?.name)}`;
}

function refuse(path: readonly string[], reason: string): never {
  throw new TypeError(path.length === 0 ? `contract: ${reason}` : `contract at ${path.join(".")}: ${reason}`);
}

/**
 * A contract as functions. Real frozen objects without a prototype, built once from the contract: there is nothing to
 * intercept, so `await`, `console.log`, `JSON.stringify` and test matchers see plain data.
 */
import type { Procedure } from "../contract/procedure.js";

/** Makes the function for one procedure. */
export type Bind = (path: string, procedure: Procedure) => (...args: never[]) => unknown;

interface Tree {
  readonly [name: string]: unknown;
}

/** Builds the tree; `extras` are put at its root, under names no contract can have. */
export function buildProxy(
  routes: ReadonlyMap<string, Procedure>,
  bind: Bind,
  extras: Tree & Partial<AsyncDisposable>,
): Tree {
  const root = emptyGroup("client");
  for (const [path, procedure] of routes) {
    const names = path.split(".");
    const last = names.pop()!;
    const group = names.reduce(subgroup, root);
    const call = bind(path, procedure);
    Object.defineProperty(call, "name", { value: path });
    group[last] = Object.freeze(call);
  }
  for (const key of Reflect.ownKeys(extras)) {
    Object.defineProperty(root, key, { value: Reflect.get(extras, key) });
  }
  return deepFreeze(root);
}

/** The group of this name, made where it is not there yet. */
function subgroup(group: Record<string, unknown>, name: string): Record<string, unknown> {
  group[name] ??= emptyGroup(name);
  return group[name] as Record<string, unknown>;
}

/** Without a prototype, but with a word to show where a string is asked for: a template would throw otherwise. */
function emptyGroup(name: string): Record<string, unknown> {
  return Object.create(null, { [Symbol.toPrimitive]: { value: () => `[trunkline ${name}]` } }) as Record<
    string,
    unknown
  >;
}

function deepFreeze(group: Record<string, unknown>): Tree {
  for (const member of Object.values(group)) {
    if (typeof member === "object" && member !== null) deepFreeze(member as Record<string, unknown>);
  }
  return Object.freeze(group);
}

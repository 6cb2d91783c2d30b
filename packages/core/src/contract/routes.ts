/**
 * A contract as the wire sees it: dotted path → procedure. Collected once, when the contract is defined.
 */
import type { Procedure } from "./procedure.js";

// A registered symbol, not a WeakMap: another copy of this module (ESM beside CommonJS) must find the routes too.
const slot = Symbol.for("trunkline.routes");

/** Notes the routes in a contract, out of sight of its names. */
export function keepRoutes(contract: object, routes: ReadonlyMap<string, Procedure>): void {
  Object.defineProperty(contract, slot, { value: routes });
}

/** Dotted path → procedure, in the order of declaration. Throws a `TypeError` for what `defineContract` did not make. */
export function routes(contract: object): ReadonlyMap<string, Procedure> {
  const kept = (contract as { readonly [slot]?: ReadonlyMap<string, Procedure> } | null | undefined)?.[slot];
  if (kept === undefined)
    throw new TypeError("expected a contract made by defineContract(), whole and not a part of it");
  return kept;
}

/** Whether a value was made by `defineContract`, or from its description. */
export const isContract = (value: unknown): value is object =>
  typeof value === "object" && value !== null && slot in value;

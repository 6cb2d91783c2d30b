/**
 * What only some calls need, of all that makes calls: a contract carries it for those of its procedures that do, so that a
 * client of a stripped contract loads nothing else. What it is, `call/features.ts` says: here it is passed on.
 */

// A registered symbol, so that another copy of this module (ESM beside CommonJS) finds them too.
const slot = Symbol.for("trunkline.features");

/** Notes the features in a contract, out of sight of its names. */
export function keepFeatures(contract: object, features: object): void {
  Object.defineProperty(contract, slot, { value: features });
}

/** What {@link keepFeatures} has noted. */
export const featuresOf = (contract: object): object => (contract as { readonly [slot]?: object })[slot] ?? {};

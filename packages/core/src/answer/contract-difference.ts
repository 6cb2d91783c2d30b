/** What a caller built with another version of the contract is told: which of its own procedures differ here. */
import type { ContractDifference } from "../protocol/message.js";

/** Compares `{ path: hash }` of a caller, whatever it sent, with the hashes of this end. Names nothing it did not name. */
export function contractDifference(theirs: unknown, ours: ReadonlyMap<string, string>): ContractDifference {
  const named = Object.entries(typeof theirs === "object" && theirs !== null ? theirs : {});
  return {
    missing: named.filter(([path]) => !ours.has(path)).map(([path]) => path),
    changed: named.filter(([path, hash]) => ours.has(path) && ours.get(path) !== hash).map(([path]) => path),
  };
}

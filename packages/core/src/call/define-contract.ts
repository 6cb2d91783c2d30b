/** `defineContract`: the tree of procedures that both ends share, with all that its calls may need. */
import { type Contract, contractOf } from "../contract/contract.js";
import { conversions } from "./conversions.js";
import { upstreams } from "./upstreams.js";

/**
 * Checks a tree of procedures and returns a frozen copy of it, to be shared by client and server. Throws a `TypeError`
 * that names the dotted path of whatever cannot stand in a contract.
 */
export function defineContract<Tree extends Contract>(tree: Tree): Tree {
  return contractOf(tree, { conversions, upstreams });
}

/**
 * What two ends compare before they talk: one hash per contract, and one per procedure to name what differs. A contract
 * carries what gives them: one with schemas works them out on first use (see hash.ts), a stripped one was given
 * them when it was made. So reading them needs no schema.
 *
 * @see PROTOCOL.md, hello
 */
import { routes } from "./routes.js";

/** 16 hexadecimal digits each. */
export interface Hashes {
  readonly contract: string;
  /** By dotted path. */
  readonly procedures: ReadonlyMap<string, string>;
}

// A registered symbol, so that another copy of this module (ESM beside CommonJS) finds them too.
const slot = Symbol.for("trunkline.hashes");

/** Notes in a contract what gives its hashes, out of sight of its names. It is asked once. */
export function keepHashes(contract: object, give: () => Hashes): void {
  let given: Hashes | undefined;
  Object.defineProperty(contract, slot, {
    get: () => {
      given ??= give();
      return given;
    },
  });
}

/** 16 hexadecimal digits; the order of declaration does not matter. Throws like {@link routes}. */
export function contractHash(contract: object): string {
  return hashesOf(contract).contract;
}

/** Dotted path → 16 hexadecimal digits. Throws like {@link routes}. */
export function procedureHashes(contract: object): ReadonlyMap<string, string> {
  return hashesOf(contract).procedures;
}

function hashesOf(contract: object): Hashes {
  // Throws for what is no contract.
  routes(contract);
  return (contract as { readonly [slot]: Hashes })[slot];
}

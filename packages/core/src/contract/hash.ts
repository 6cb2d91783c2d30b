/**
 * What two ends compare before they talk: one hash per contract, and one per procedure to name what differs. A hash
 * covers what a caller can notice (path, kind, `idempotent`, error codes, the shapes of what travels) and nothing that
 * is written for people or for one end alone. It is worked out on first use.
 *
 * @see PROTOCOL.md, hello
 */
import { digest } from "./digest.js";
import type { Procedure } from "./procedure.js";
import { routes } from "./routes.js";
import { shapeOf } from "./shape.js";
import { wireOf } from "./wire/procedure-wire.js";

interface Hashes {
  readonly contract: string;
  readonly procedures: ReadonlyMap<string, string>;
}

const known = new WeakMap<object, Hashes>();

/** 16 hexadecimal digits; the order of declaration does not matter. Throws like {@link routes}. */
export function contractHash(contract: object): string {
  return hashesOf(contract).contract;
}

/** Dotted path → 16 hexadecimal digits. Throws like {@link routes}. */
export function procedureHashes(contract: object): ReadonlyMap<string, string> {
  return hashesOf(contract).procedures;
}

function hashesOf(contract: object): Hashes {
  const found = known.get(contract);
  if (found !== undefined) return found;
  const procedures = new Map([...routes(contract)].map(([path, procedure]) => [path, hashOf(path, procedure)]));
  const hashes = { contract: digest([...procedures.values()].sort().join()), procedures };
  known.set(contract, hashes);
  return hashes;
}

function hashOf(path: string, procedure: Procedure): string {
  const { kind, definition } = procedure;
  const { input, output, event, upstream, errors = {}, idempotent = false } = definition;
  const codes = Object.entries(errors).map(([code, data]) => [code, shapeOf(data, "output")]);
  const shapes = [
    shapeOf(input, "input"),
    shapeOf(output, "output"),
    shapeOf(event, "output"),
    shapeOf(upstream, "input"),
  ];
  const { plans } = wireOf(procedure);
  // A contract of plain JSON has the same hash whatever is known of conversions.
  const wire = Object.keys(plans).length === 0 ? {} : { wire: plans };
  return digest(JSON.stringify(sorted({ path, kind, idempotent, shapes, errors: Object.fromEntries(codes), ...wire })));
}

/** The same value with the members of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

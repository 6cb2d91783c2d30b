/**
 * Works a contract's hashes out of its schemas. A hash covers what a caller can notice (path, kind, `idempotent`, error
 * codes, the shapes of what travels) and nothing that is written for people or for one end alone.
 */
import { digest } from "./digest.js";
import type { Hashes } from "./hashes.js";
import type { Procedure } from "./procedure.js";
import { shapeOf } from "./shape.js";
import { wireOf } from "./wire/procedure-wire.js";

/** The order of declaration does not matter. */
export function fingerprints(routes: ReadonlyMap<string, Procedure>): Hashes {
  const procedures = new Map([...routes].map(([path, procedure]) => [path, hashOf(path, procedure)]));
  return { contract: digest([...procedures.values()].sort().join()), procedures };
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

/**
 * A contract as plain data: what a client needs of it when it runs, and no schema. It is what a build step writes into a
 * stripped module. Left out is what the client does not read: schemas, `meta`, and what is written for people.
 */
import { ANY_TAG, type AnyCacheRule } from "./cache-rule.js";
import { contractHash, procedureHashes } from "./hashes.js";
import { conversionIn } from "./plan-parts.js";
import type { Priority } from "./priority.js";
import type { Kind, Procedure } from "./procedure.js";
import { routes } from "./routes.js";
import type { SlowReader } from "./slow-reader.js";
import type { ProcedurePlans, WirePlan } from "./wire/plan.js";
import { wireOf } from "./wire/procedure-wire.js";

/** The format; another number is another format. */
export const DESCRIPTION_VERSION = 1;

/** A contract as JSON carries it. */
export interface ContractDescription {
  readonly version: number;
  readonly hash: string;
  /** By dotted path, in the order of declaration. */
  readonly procedures: Readonly<Record<string, ProcedureDescription>>;
}

/** One procedure of a {@link ContractDescription}. */
export interface ProcedureDescription {
  readonly kind: Kind;
  readonly hash: string;
  readonly idempotent?: true;
  readonly slow?: SlowReader;
  readonly timeoutMs?: number;
  readonly priority?: Priority;
  /** How long answers may be kept. Tags that a function makes of the input are `"*"` here. */
  readonly cache?: { readonly maxAgeMs: number; readonly tags?: readonly string[] };
  /** Whether its callers send a stream. */
  readonly upstream?: true;
  /** How its values travel; absent where JSON carries all of them. */
  readonly plans?: ProcedurePlans;
}

/**
 * Describes a contract. Throws a `TypeError` for what `defineContract` did not make, and one that names the place of a
 * conversion of the author's own: that is code, and no data can carry it.
 */
export function describeContract(contract: object): ContractDescription {
  const hashes = procedureHashes(contract);
  const procedures = [...routes(contract)].map(([path, procedure]) => {
    return [path, describeProcedure(procedure, path, hashes.get(path)!)] as const;
  });
  return { version: DESCRIPTION_VERSION, hash: contractHash(contract), procedures: Object.fromEntries(procedures) };
}

function describeProcedure(procedure: Procedure, path: string, hash: string): ProcedureDescription {
  const { kind, definition } = procedure;
  const { idempotent, slow, timeoutMs, priority, cache, upstream } = definition;
  const { plans } = wireOf(procedure);
  refuseConversions(plans, path);
  return {
    kind,
    hash,
    ...(idempotent === true && { idempotent }),
    ...(slow !== undefined && { slow }),
    ...(timeoutMs !== undefined && { timeoutMs: finite(timeoutMs) }),
    ...(priority !== undefined && { priority }),
    ...(cache !== undefined && { cache: describeCache(cache) }),
    ...(upstream !== undefined && { upstream: true }),
    ...(Object.keys(plans).length > 0 && { plans }),
  };
}

/** A function cannot be carried. An answer whose tags are not known is taken back with any other, so that none is stale. */
function describeCache({ maxAgeMs, tags }: AnyCacheRule): NonNullable<ProcedureDescription["cache"]> {
  const kept = Array.isArray(tags) ? (tags as readonly string[]) : [ANY_TAG];
  return { maxAgeMs: finite(maxAgeMs), ...(tags !== undefined && { tags: kept }) };
}

/** JSON has no infinity; the longest number is as long to whoever waits. */
const finite = (ms: number): number => Math.min(ms, Number.MAX_VALUE);

function refuseConversions({ errors = {}, ...values }: ProcedurePlans, path: string): void {
  const ofErrors = Object.entries(errors).map(([code, plan]) => [`errors.${code}`, plan] as const);
  for (const [at, { plan, shared }] of [...Object.entries(values), ...ofErrors] as [string, WirePlan][]) {
    const name = conversionIn({ plan, shared });
    if (name === undefined) continue;
    const why = `its ${at} travels by the conversion ${JSON.stringify(name)}, which is code and cannot be carried`;
    throw new TypeError(`contract at ${path}: a stripped contract cannot have this procedure: ${why}`);
  }
}

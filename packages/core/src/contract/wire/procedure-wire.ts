/**
 * How the values of a procedure travel: worked out from its schemas once, when a contract is defined. A value that JSON
 * carries has no codec, so that it costs one look that finds nothing.
 */
import type { Procedure } from "../procedure.js";
import type { Schema } from "../schema.js";
import type { AnyConversion } from "./carriage.js";
import type { Codec } from "./codec.js";
import { compile } from "./compile.js";
import type { ProcedurePlans, WirePlan } from "./plan.js";
import { planOf } from "./print.js";
import type { Side } from "./zod.js";

/** A codec for each value that needs one. */
export interface ProcedureWire {
  readonly plans: ProcedurePlans;
  readonly input: Codec | undefined;
  /** Of each item. */
  readonly upstream: Codec | undefined;
  readonly output: Codec | undefined;
  readonly event: Codec | undefined;
  /** By code. */
  readonly errors: ReadonlyMap<string, Codec>;
}

const known = new WeakMap<Procedure["definition"], ProcedureWire>();

/** Throws a `TypeError` that names the place, like `output.sentAt`, of what cannot travel. */
export function wireOf({ definition }: Procedure): ProcedureWire {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const made = makeWire(definition);
  known.set(definition, made);
  return made;
}

function makeWire({ input, upstream, output, event, errors = {} }: Procedure["definition"]): ProcedureWire {
  const own = {
    input: valueWire(input, "input", "input"),
    upstream: valueWire(upstream, "input", "upstream"),
    output: valueWire(output, "output", "output"),
    event: valueWire(event, "output", "event"),
  };
  const ofErrors = Object.entries(errors).flatMap(([code, data]) => {
    const wire = valueWire(data, "output", `errors.${code}`);
    return wire === undefined ? [] : [[code, wire] as const];
  });
  const plans: Record<string, unknown> = {};
  for (const [name, wire] of Object.entries(own)) if (wire !== undefined) plans[name] = wire.plan;
  if (ofErrors.length > 0) plans.errors = Object.fromEntries(ofErrors.map(([code, { plan }]) => [code, plan]));
  return {
    plans,
    input: own.input?.codec,
    upstream: own.upstream?.codec,
    output: own.output?.codec,
    event: own.event?.codec,
    errors: new Map(ofErrors.map(([code, { codec }]) => [code, codec])),
  };
}

interface ValueWire {
  readonly plan: WirePlan;
  readonly codec: Codec;
}

function valueWire(schema: Schema | null | undefined, side: Side, at: string): ValueWire | undefined {
  if (schema === null || schema === undefined) return undefined;
  const conversions = new Map<string, AnyConversion>();
  const plan = planOf(schema, side, { at, conversions });
  return plan && { plan, codec: compile(plan, conversions) };
}

/** Reads a procedure's schemas into the plans of its values. Nothing that a client of a stripped contract needs is here. */
import type { DeclaredErrors } from "../declared-errors.js";
import type { AnySchema, Schema } from "../schema.js";
import type { AnyConversion } from "./carriage.js";
import { compile } from "./compile.js";
import { planOf } from "./print.js";
import type { ValuePlan, ValuePlans } from "./procedure-wire.js";
import type { Side } from "./zod.js";

interface Schemas {
  readonly input?: AnySchema | undefined;
  readonly output?: AnySchema | undefined;
  readonly event?: AnySchema | undefined;
  readonly upstream?: AnySchema | undefined;
  readonly errors?: DeclaredErrors | undefined;
}

/** Throws a `TypeError` that names the place, like `output.sentAt`, of what cannot travel. */
export function planValues({ input, output, event, upstream, errors = {} }: Schemas): ValuePlans {
  return {
    input: valuePlan(input, "input", "input"),
    output: valuePlan(output, "output", "output"),
    event: valuePlan(event, "output", "event"),
    upstream: valuePlan(upstream, "input", "upstream"),
    errors: new Map(
      Object.entries(errors).flatMap(([code, data]) => {
        const plan = valuePlan(data, "output", `errors.${code}`);
        return plan === undefined ? [] : [[code, plan] as const];
      }),
    ),
  };
}

function valuePlan(schema: AnySchema | null | undefined, side: Side, at: string): ValuePlan | undefined {
  if (schema === null || schema === undefined) return undefined;
  const conversions = new Map<string, AnyConversion>();
  const plan = planOf(schema as Schema, side, { at, conversions });
  return plan && { plan, compile: () => compile(plan, conversions) };
}

/** The plans of a stripped contract, which were described, and what makes them work. */
import { compilePlan } from "./compile.js";
import type { ProcedurePlans, WirePlan } from "./plan.js";
import type { ValuePlan, ValuePlans } from "./procedure-wire.js";

export function describedPlans({ input, output, event, upstream, errors = {} }: ProcedurePlans): ValuePlans {
  return {
    input: input && valuePlan(input),
    output: output && valuePlan(output),
    event: event && valuePlan(event),
    upstream: upstream && valuePlan(upstream),
    errors: new Map(Object.entries(errors).map(([code, plan]) => [code, valuePlan(plan)])),
  };
}

const valuePlan = (plan: WirePlan): ValuePlan => ({ plan, compile: () => compilePlan(plan) });

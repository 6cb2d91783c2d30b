/** What is somewhere in a plan, however deep. A plan is finite: what refers to itself does so by number. */
import type { PartPlan, Plan, WirePlan } from "./wire/plan.js";

/** The name of a conversion of the author's own. */
export function conversionIn(whole: WirePlan): string | undefined {
  for (const plan of plansOf(whole)) if (typeof plan !== "string" && "convert" in plan) return plan.convert;
  return undefined;
}

/** Whether a value may bring bytes along. */
export function hasBytes(whole: WirePlan): boolean {
  for (const plan of plansOf(whole)) if (plan === "bytes") return true;
  return false;
}

function* plansOf({ plan, shared }: WirePlan): Generator<Plan> {
  for (const part of [plan, ...shared]) yield* within(part);
}

function* within(part: PartPlan): Generator<Plan> {
  if (part === null) return;
  yield part;
  if (typeof part !== "string") for (const each of partsOf(part)) yield* within(each);
}

function partsOf(plan: Exclude<PartPlan, string | null>): readonly PartPlan[] {
  if ("list" in plan) return [plan.list];
  if ("tuple" in plan) return [...plan.tuple, plan.rest];
  if ("object" in plan) return [...Object.values(plan.object), plan.rest];
  if ("by" in plan) return plan.cases.map(([, part]) => part);
  if ("map" in plan) return plan.map;
  if ("set" in plan) return [plan.set];
  if ("either" in plan) return plan.either;
  return "tagged" in plan ? plan.tagged : [];
}

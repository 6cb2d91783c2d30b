/**
 * How the values of a procedure travel. A procedure carries what gives its plans: one with schemas reads them (see
 * plan-values.ts), one of a stripped contract was given them, and with them what compiles them: where nothing is to be
 * converted, nothing is loaded for it. They are compiled once, when a contract is defined or when a stripped one makes its
 * first call. A value that JSON carries has no codec, so that it costs one look that finds nothing, and a client of a
 * stripped contract of which all are such does not look.
 */
import type { Codec } from "./codec.js";
import type { ProcedurePlans, WirePlan } from "./plan.js";

/** The plan of a value, and what makes it work. */
export interface ValuePlan {
  readonly plan: WirePlan;
  compile(): Codec;
}

/** A plan for each value that needs one. */
export interface ValuePlans {
  readonly input?: ValuePlan | undefined;
  readonly output?: ValuePlan | undefined;
  readonly event?: ValuePlan | undefined;
  /** Of each item. */
  readonly upstream?: ValuePlan | undefined;
  /** By code. */
  readonly errors: ReadonlyMap<string, ValuePlan>;
}

/** A codec for each value that needs one. */
export interface ProcedureWire {
  readonly plans: ProcedurePlans;
  readonly input: Codec | undefined;
  readonly output: Codec | undefined;
  readonly event: Codec | undefined;
  /** Of each item. */
  readonly upstream: Codec | undefined;
  /** By code. */
  readonly errors: ReadonlyMap<string, Codec>;
}

// A registered symbol, so that another copy of this module (ESM beside CommonJS) finds the plans too.
const slot = Symbol.for("trunkline.plans");

const known = /* @__PURE__ */ new WeakMap<object, ProcedureWire>();

/** Notes in a procedure what gives its plans, out of sight. */
export function keepPlans(procedure: object, give: () => ValuePlans): void {
  Object.defineProperty(procedure, slot, { value: give });
}

/** Throws a `TypeError` that names the place, like `output.sentAt`, of what cannot travel. */
export function wireOf(procedure: object): ProcedureWire {
  const found = known.get(procedure);
  if (found !== undefined) return found;
  const made = makeWire((procedure as { readonly [slot]?: () => ValuePlans })[slot]?.() ?? { errors: new Map() });
  known.set(procedure, made);
  return made;
}

function makeWire({ errors, ...own }: ValuePlans): ProcedureWire {
  const plans: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(own)) if (value !== undefined) plans[name] = value.plan;
  if (errors.size > 0) plans.errors = Object.fromEntries([...errors].map(([code, { plan }]) => [code, plan]));
  return {
    plans,
    input: own.input?.compile(),
    output: own.output?.compile(),
    event: own.event?.compile(),
    upstream: own.upstream?.compile(),
    errors: new Map([...errors].map(([code, value]) => [code, value.compile()])),
  };
}

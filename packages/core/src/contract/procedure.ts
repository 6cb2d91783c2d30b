/**
 * The three kinds of procedure a contract is made of. What is declared here decides retry, resume and caching.
 */
import { type AnyCacheRule, type CacheRule, declareCacheRule } from "./cache-rule.js";
import { type DeclaredErrors, declareErrors } from "./declared-errors.js";
import { checkPriority, type Priority } from "./priority.js";
import { type AnySchema, isSchema, type SchemaInput, type SchemaOutput, type TypedSchema } from "./schema.js";
import { declareSlowReader, type SlowReader } from "./slow-reader.js";
import { planValues } from "./wire/plan-values.js";
import { keepPlans, type ValuePlans } from "./wire/procedure-wire.js";

/** A query may be repeated, a mutation runs at most once unless it is `idempotent`, a subscription gives many events. */
export type Kind = "query" | "mutation" | "subscription";

interface CommonDefinition {
  /** What the caller passes. Absent: nothing. */
  readonly input?: AnySchema;
  /** What the caller sends while the call runs: the schema of each item. Absent: it sends nothing but the input. */
  readonly upstream?: AnySchema;
  /** The codes the procedure may fail with beside the standard ones: code → schema of its data, or `null` for none. */
  readonly errors?: DeclaredErrors;
  /** How long a call may take, in milliseconds, unless the caller says otherwise. */
  readonly timeoutMs?: number;
  /**
   * Whether what is said for its calls, by both ends, goes before or after what else waits to be sent. It reserves no slot,
   * and what comes last is not left waiting for ever. Default `"normal"`.
   */
  readonly priority?: Priority;
  /** Anything that middleware or tools want to know of the procedure. Trunkline does not read it. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** One sentence for the documentation. */
  readonly summary?: string;
  /** `true`, or what to use instead. */
  readonly deprecated?: boolean | string;
}

/** What {@link query} takes. */
export interface QueryDefinition extends CommonDefinition {
  /** What the caller gets. Absent: nothing. */
  readonly output?: AnySchema;
  /** How long a client that has a cache may keep answers. Absent: not at all. */
  readonly cache?: AnyCacheRule;
}

/** What {@link mutation} takes. */
export interface MutationDefinition extends CommonDefinition {
  /** What the caller gets. Absent: nothing. */
  readonly output?: AnySchema;
  /** Whether running it twice does no more than running it once: only then is it retried by itself. Default `false`. */
  readonly idempotent?: boolean;
}

/** What {@link subscription} takes. */
export interface SubscriptionDefinition extends CommonDefinition {
  /** What each event carries. Absent: nothing. */
  readonly event?: AnySchema;
  /** What becomes of a subscriber who falls behind. Topics keep to it. Default `"block"`. */
  readonly slow?: SlowReader;
}

/** A procedure that only reads: it may be asked again at any time. */
export interface Query<Definition extends QueryDefinition = QueryDefinition> {
  readonly kind: "query";
  readonly definition: Definition;
}

/** A procedure that changes something: its handler starts at most once per call, unless declared `idempotent`. */
export interface Mutation<Definition extends MutationDefinition = MutationDefinition> {
  readonly kind: "mutation";
  readonly definition: Definition;
}

/** A procedure that answers with a stream of events. */
export interface Subscription<Definition extends SubscriptionDefinition = SubscriptionDefinition> {
  readonly kind: "subscription";
  readonly definition: Definition;
}

/** Any procedure. One interface, not a union of the three: comparing against a union costs the compiler three times. */
export interface Procedure {
  readonly kind: Kind;
  readonly definition: QueryDefinition & MutationDefinition & SubscriptionDefinition;
}

/** Refuses what is no field of a definition: inference alone would take a misspelt one along. */
type Only<Definition, Fields> = Definition & { readonly [Field in Exclude<keyof Definition, keyof Fields>]: never };

/** Refuses a `latest` that names no property of the event. */
type NamesProperty<Definition> = Definition extends { readonly slow: { readonly latest: string } }
  ? { readonly slow: { readonly latest: EventKey<Definition> } }
  : unknown;

/**
 * The same type, but nothing is inferred from where it stands: a function among the fields puts inference off, and what a
 * contract expects of any procedure would be taken for the definition.
 */
type Settled<Definition> = [Definition][Definition extends unknown ? 0 : never];

/** What a query's `tags` are made of is what its caller passes. */
interface OfInput<Input> {
  readonly input?: Input;
  readonly cache?: CacheRule<Input extends TypedSchema ? SchemaInput<Input> : unknown>;
}

type EventKey<Definition> = Definition extends { readonly event: infer Event extends TypedSchema }
  ? keyof SchemaOutput<Event> & string
  : never;

const common = ["input", "upstream", "errors", "timeoutMs", "priority", "meta", "summary", "deprecated"];

/** Declares a query. Throws a `TypeError` for a field it does not have and for errors that cannot be declared. */
export function query<Definition extends QueryDefinition, Input = unknown>(
  definition: Only<Definition, QueryDefinition> & OfInput<Input>,
): Query<Settled<Definition>> {
  return define<Query<Settled<Definition>>>({ kind: "query", definition }, ["output", "cache"]);
}

/** Declares a mutation. Throws a `TypeError` for a field it does not have and for errors that cannot be declared. */
export function mutation<Definition extends MutationDefinition>(
  definition: Only<Definition, MutationDefinition>,
): Mutation<Definition> {
  return define({ kind: "mutation", definition }, ["output", "idempotent"]);
}

/** Declares a subscription. Throws a `TypeError` for a field it does not have and for errors that cannot be declared. */
export function subscription<Definition extends SubscriptionDefinition>(
  definition: Only<Definition, SubscriptionDefinition> & NamesProperty<Definition>,
): Subscription<Definition> {
  return define<Subscription<Definition>>({ kind: "subscription", definition }, ["event", "slow"]);
}

// Registered, so that a procedure is known as one where two copies of this module are loaded (ESM beside CommonJS).
const brand = Symbol.for("trunkline.procedure");

/** Whether a value was made by {@link query}, {@link mutation} or {@link subscription}. */
export function isProcedure(value: unknown): value is Procedure {
  return typeof value === "object" && value !== null && brand in value;
}

/** Brands and freezes a procedure. `plan` tells, when it is first asked, how its values travel: without it, as JSON. */
export function sealProcedure<P extends Procedure>(procedure: P, plan?: () => ValuePlans): P {
  if (plan !== undefined) keepPlans(procedure, plan);
  return Object.freeze(Object.defineProperty(procedure, brand, { value: true }));
}

function define<P extends Procedure>(given: P, own: readonly string[]): P {
  const { kind, definition } = given;
  const fields = [...common, ...own];
  for (const [field, value] of Object.entries(definition)) {
    if (!fields.includes(field)) {
      throw new TypeError(`a ${kind} has no field ${JSON.stringify(field)}: expected ${fields.join(", ")}`);
    }
    if (value !== undefined) checkField(field, value);
  }
  const { errors, meta, slow, cache } = definition;
  const kept = {
    ...definition,
    ...(errors && { errors: declareErrors(errors) }),
    ...(cache !== undefined && { cache: declareCacheRule(cache) }),
    ...(slow !== undefined && { slow: declareSlowReader(slow) }),
    ...(meta && { meta: Object.freeze({ ...meta }) }),
  };
  const made = { ...given, definition: Object.freeze(kept) };
  return sealProcedure(made, () => planValues(kept));
}

const schemaFields: ReadonlySet<string> = new Set(["input", "output", "event", "upstream"]);

function checkField(field: string, value: unknown): void {
  if (schemaFields.has(field) && !isSchema(value)) {
    throw new TypeError(`${field}: expected a schema that speaks Standard Schema, but came ${typeof value}`);
  }
  if (field === "priority") checkPriority(value);
  if (field === "timeoutMs" && !(typeof value === "number" && value > 0)) {
    throw new TypeError(`timeoutMs: expected a positive number of milliseconds, but came ${String(value)}`);
  }
}

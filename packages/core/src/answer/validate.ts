/** Validation on the fast path: synchronous as long as the schema is, a promise only where the schema made one. */
import type { AnySchema, Schema, SchemaIssue } from "../contract/schema.js";

/** A value, or the issues that stand against it. */
export type Validated = { readonly value: unknown } | { readonly issues: readonly SchemaIssue[] };

/** Without a schema there is nothing to pass: the value is `undefined`, whatever came. */
export function validate(schema: AnySchema | undefined, value: unknown): Validated | Promise<Validated> {
  if (schema === undefined) return nothing;
  return (schema as Schema)["~standard"].validate(value) as Validated | Promise<Validated>;
}

const nothing: Validated = /* @__PURE__ */ Object.freeze({ value: undefined });

/** Goes on with a value now, or with a promise's value then. */
export function chain<Value, Next>(
  value: Value | PromiseLike<Value>,
  next: (value: Value) => Next | Promise<Next>,
): Next | Promise<Next> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}

/** Whether a value is to be waited for. Query builders and the like are thenables without being promises. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

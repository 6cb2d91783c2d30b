/**
 * What a caller is told of an input that does not fit: where, and which rule, never the value. Validators put values
 * into their messages, so messages stay here; what travels is rebuilt from the issue's code and the schema's own bounds.
 */

import type { SchemaIssue } from "../contract/schema.js";
import type { InputIssue } from "../error/standard-error.js";

const MAX_ISSUES = 20;
const MAX_SEGMENTS = 10;
const MAX_SEGMENT_LENGTH = 64;
const MAX_RULE_LENGTH = 128;

/** At most {@link MAX_ISSUES} issues, each bounded. */
export function inputIssues(issues: readonly SchemaIssue[]): InputIssue[] {
  return issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ path: pathOf(issue), rule: ruleOf(issue).slice(0, MAX_RULE_LENGTH) }));
}

/** One sentence for people: `room: too_small (minimum 1)`. */
export function issuesMessage(
  issues: readonly InputIssue[],
  what: "input" | "output" | "event" | "upstream" | "data",
): string {
  const [first, ...others] = issues;
  if (first === undefined) return `the ${what} is invalid`;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `${first.path.length === 0 ? what : first.path.join(".")}: ${first.rule}${more}`;
}

function pathOf({ path = [] }: SchemaIssue): (string | number)[] {
  return path.slice(0, MAX_SEGMENTS).map((segment) => {
    const key = typeof segment === "object" ? segment.key : segment;
    return typeof key === "number" ? key : String(key).slice(0, MAX_SEGMENT_LENGTH);
  });
}

/** Members of an issue that come from the schema and not from the value, in zod's words. */
const bounds = ["expected", "format", "minimum", "maximum", "divisor"] as const;

function ruleOf(issue: SchemaIssue): string {
  // Standard Schema promises a message and a path; a code is what validators add: zod `code`, valibot `type`.
  const { code, type } = issue as { readonly code?: unknown; readonly type?: unknown };
  const name = typeof code === "string" ? code : typeof type === "string" ? type : "invalid";
  const known = issue as Readonly<Partial<Record<(typeof bounds)[number], unknown>>>;
  const told = bounds.flatMap((bound) => (isPlain(known[bound]) ? [`${bound} ${String(known[bound])}`] : []));
  return told.length === 0 ? name : `${name} (${told.join(", ")})`;
}

const isPlain = (value: unknown) => typeof value === "string" || typeof value === "number" || typeof value === "bigint";

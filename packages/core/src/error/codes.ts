/**
 * The error codes every procedure may answer with, beside those its contract declares: gRPC's canonical codes.
 *
 * @see PROTOCOL.md section 6
 */
const codes = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** One of gRPC's canonical codes. */
export type StandardCode = (typeof codes)[number];

const known: ReadonlySet<string> = /* @__PURE__ */ new Set<string>(codes);

/** Whether a code is one of the canonical ones. */
export function isStandardCode(code: string): code is StandardCode {
  return known.has(code);
}

/** Whether trying again can help at all: false for what the caller did wrong or asked for. */
export function isTransient(code: string): boolean {
  return code === "UNAVAILABLE" || code === "RESOURCE_EXHAUSTED" || code === "ABORTED" || code === "DEADLINE_EXCEEDED";
}

/**
 * The error codes a procedure declares beside the standard ones, and what each carries.
 */
import type { StandardCode } from "../error/codes.js";
import { type AnySchema, isSchema } from "./schema.js";

/** Code → the schema of what it carries, or `null` for a code that carries nothing. */
export interface DeclaredErrors {
  readonly [code: string]: AnySchema | null;
}

// A contract knows the types of errors and nothing that runs, so the codes stand here once more; the compiler compares.
const standard: Readonly<Record<StandardCode, true>> = {
  CANCELLED: true,
  UNKNOWN: true,
  INVALID_ARGUMENT: true,
  DEADLINE_EXCEEDED: true,
  NOT_FOUND: true,
  ALREADY_EXISTS: true,
  PERMISSION_DENIED: true,
  RESOURCE_EXHAUSTED: true,
  FAILED_PRECONDITION: true,
  ABORTED: true,
  OUT_OF_RANGE: true,
  UNIMPLEMENTED: true,
  INTERNAL: true,
  UNAVAILABLE: true,
  DATA_LOSS: true,
  UNAUTHENTICATED: true,
};

/**
 * A frozen copy of what was declared. Throws a `TypeError` for a code that is not written like `ROOM_FULL`, one that is
 * a standard code, and one that is given neither a schema nor `null`.
 */
export function declareErrors(errors: DeclaredErrors): DeclaredErrors {
  for (const [code, data] of Object.entries(errors)) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(code)) {
      throw new TypeError(`errors: expected a code in capitals, like ROOM_FULL, but came ${JSON.stringify(code)}`);
    }
    if (Object.hasOwn(standard, code)) {
      throw new TypeError(`errors: ${code} is a standard code, which every procedure may answer with; choose another`);
    }
    if (data !== null && !isSchema(data)) {
      throw new TypeError(
        `errors.${code}: expected a schema, or null for a code without data, but came ${typeof data}`,
      );
    }
  }
  return Object.freeze(Object.assign(Object.create(null), errors));
}

/**
 * What becomes of whatever a handler threw: the caller gets a standard or a declared error, or `INTERNAL` with a constant
 * message and an id; `onError` gets the rest, whole, under the same id.
 */
import { randomUUID } from "node:crypto";
import { isStandardCode, type Limits, RpcError, type StandardCode } from "@trunkline/core";
import { encodeValue, toWireError, type WireError, type Work } from "@trunkline/core/internal";
import type { Connection } from "./define/handler.js";
import type { Route } from "./define/router.js";

/** A failure that is not the caller's doing. */
export interface FailureReport {
  /** What was thrown, as it was thrown. */
  readonly error: unknown;
  /** The caller got this id, and nothing else of the error. Absent where there was no caller. */
  readonly errorId?: string;
  /** The procedure, from the contract. Absent where no procedure was involved. */
  readonly path?: string;
  readonly connection?: Connection;
}

/** A call that is refused before its handler starts. */
export class RefusedCall extends Error {
  constructor(
    readonly code: StandardCode,
    message: string,
  ) {
    super(message);
  }
}

interface Circumstances {
  readonly route: Route | undefined;
  readonly work: Work;
  readonly connection: Connection;
  readonly limits: Pick<Limits, "jsonDepth">;
  report(failure: FailureReport): void;
}

/** What travels of an error. Never throws, whatever the error is. */
export function explain(error: unknown, circumstances: Circumstances): WireError {
  try {
    if (error instanceof RefusedCall) return { code: error.code, message: error.message, refused: true };
    if (error instanceof RpcError) {
      const wire = deliberate(error, circumstances.route);
      if (wire !== undefined && isEncodable(wire.data, circumstances.limits)) return wire;
    }
    const { work } = circumstances;
    if (work.aborted && isAbortOf(work.signal, error)) return { code: "CANCELLED", message: "the call was cancelled" };
  } catch {
    // A getter of the error threw: it is a stranger like any other.
  }
  return internal(error, circumstances);
}

/** An error with a standard code, or with one the contract declares and data that fits. */
function deliberate(error: RpcError, route: Route | undefined): WireError | undefined {
  const { code } = error;
  if (isStandardCode(code)) return toWireError(error);
  const declared = route?.procedure.definition.errors;
  if (declared === undefined || !Object.hasOwn(declared, code)) return undefined;
  const schema = declared[code];
  if (schema === null || schema === undefined) return { code, message: error.message };
  const validated = schema["~standard"].validate(error.data);
  if (validated instanceof Promise) {
    // Errors are explained where they are caught, which cannot wait.
    validated.catch(() => {});
    return undefined;
  }
  return validated.issues === undefined ? { code, message: error.message, data: validated.value } : undefined;
}

/** Throws for data that cannot travel, as a cycle. */
const isEncodable = (data: unknown, limits: Pick<Limits, "jsonDepth">) =>
  data === undefined || encodeValue(data, limits) !== undefined;

/** Whether this was thrown because the signal said so. */
export function isAbortOf(signal: AbortSignal, error: unknown): boolean {
  if (!signal.aborted) return false;
  try {
    return error === signal.reason || (error instanceof Error && error.name === "AbortError");
  } catch {
    return false;
  }
}

function internal(error: unknown, { route, connection, report }: Circumstances): WireError {
  const errorId = randomUUID();
  report({ error, errorId, connection, ...(route === undefined ? {} : { path: route.path }) });
  return { code: "INTERNAL", message: "the server failed", errorId };
}

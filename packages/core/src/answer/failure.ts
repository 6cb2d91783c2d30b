/**
 * What becomes of whatever a handler threw: the caller gets a standard or a declared error, or `INTERNAL` with a constant
 * message and an id; `onError` gets the rest, whole, under the same id.
 */

import type { Schema } from "../contract/schema.js";
import { BlobWriter } from "../contract/wire/blob.js";
import type { Codec } from "../contract/wire/codec.js";
import { isStandardCode, type StandardCode } from "../error/codes.js";
import { RpcError } from "../error/rpc-error.js";
import { toWireError } from "../error/wire-error.js";
import type { WireError } from "../protocol/frame.js";
import type { Limits } from "../protocol/limits.js";
import { encodeValue } from "../protocol/value.js";
import { ErrorWithBlob } from "../runtime/answerer.js";
import type { Work } from "../runtime/work.js";
import type { Route } from "./define/route.js";
import { errorId } from "./error-id.js";
import { inputIssues, issuesMessage } from "./issues.js";

/** A failure that is not the caller's doing. */
export interface FailureReport<Connection = unknown> {
  /** What was thrown, as it was thrown. */
  readonly error: unknown;
  /** The caller got this id, and nothing else of the error. Absent where there was no caller. */
  readonly errorId?: string;
  /** The procedure, from the contract. Absent where no procedure was involved. */
  readonly path?: string;
  readonly connection?: Connection;
  /**
   * Why the caller was not told an `RpcError` that was thrown: its contract declares no such code, or other data. Of a
   * `context` hook: that nobody is refused with this code.
   */
  readonly reason?: string;
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
  readonly connection: unknown;
  readonly role: "client" | "server";
  readonly limits: Pick<Limits, "jsonDepth">;
  report(failure: FailureReport): void;
}

/** What travels of an error. Never throws, whatever the error is. */
export function explain(error: unknown, circumstances: Circumstances): WireError | ErrorWithBlob {
  let reason: string | undefined;
  try {
    if (error instanceof RefusedCall) return { code: error.code, message: error.message, refused: true };
    if (error instanceof RpcError) {
      const wire = deliberate(error, circumstances);
      if (typeof wire !== "string") return wire;
      reason = wire;
    }
    const { work } = circumstances;
    if (work.aborted && isAbortOf(work.signal, error)) return { code: "CANCELLED", message: "the call was cancelled" };
  } catch {
    // A getter of the error threw: it is a stranger like any other.
  }
  return internal(error, circumstances, reason);
}

/** An error with a standard code, or with one the contract declares and data that fits; else why it is neither. */
function deliberate(error: RpcError, { route, limits }: Circumstances): WireError | ErrorWithBlob | string {
  const { code } = error;
  if (isStandardCode(code)) {
    const wire = toWireError(error);
    return wire.data === undefined ? wire : withPlainData(wire, wire.data, limits);
  }
  const declared = route?.procedure.definition.errors;
  if (declared === undefined || !Object.hasOwn(declared, code)) return `the contract declares no error ${code}`;
  const schema = declared[code];
  if (schema === null || schema === undefined) return { code, message: error.message };
  const validated = (schema as Schema)["~standard"].validate(error.data);
  if (validated instanceof Promise) {
    // Errors are explained where they are caught, which cannot wait.
    validated.catch(() => {});
    return `the schema of ${code} cannot be asked without waiting`;
  }
  if (validated.issues !== undefined) {
    return `not what the contract declares of ${code}: ${issuesMessage(inputIssues(validated.issues), "data")}`;
  }
  return withData({ code, message: error.message }, validated.value, { codec: route?.wire.errors.get(code), limits });
}

/** The error with its data as it travels. Throws for data that cannot, as a cycle. */
function withData(
  error: WireError,
  value: unknown,
  { codec, limits }: { readonly codec: Codec | undefined; readonly limits: Pick<Limits, "jsonDepth"> },
): WireError | ErrorWithBlob | string {
  if (value === undefined) return error;
  const writer = new BlobWriter();
  const data = codec === undefined ? value : codec.encode(value, writer);
  const told = withPlainData(error, data, limits);
  const blob = writer.take();
  return typeof told === "string" || blob === undefined ? told : new ErrorWithBlob(told, blob);
}

/** The data is read once: what has a getter may throw, or be another value, when the frame is made. */
function withPlainData(error: WireError, data: unknown, limits: Pick<Limits, "jsonDepth">): WireError | string {
  const text = encodeValue(data, limits);
  return text === undefined ? "its data cannot be sent as JSON" : { ...error, data: JSON.parse(text) as unknown };
}

/** Whether this was thrown because the signal said so. */
export function isAbortOf(signal: AbortSignal, error: unknown): boolean {
  if (!signal.aborted) return false;
  try {
    return error === signal.reason || (error instanceof Error && error.name === "AbortError");
  } catch {
    return false;
  }
}

function internal(error: unknown, { route, connection, role, report }: Circumstances, reason?: string): WireError {
  const id = errorId();
  report({ error, errorId: id, connection, ...(route && { path: route.path }), ...(reason && { reason }) });
  return { code: "INTERNAL", message: `the ${role} failed`, errorId: id };
}

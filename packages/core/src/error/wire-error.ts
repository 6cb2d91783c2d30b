/** An error's way over the wire and back. Only what stands in {@link WireError} ever travels. */
import type { WireError } from "../protocol/frame.js";
import { isTransient } from "./codes.js";
import { RpcError } from "./rpc-error.js";

/** What travels of an error. */
export function toWireError(error: RpcError): WireError {
  return {
    code: error.code,
    message: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
    ...(error.errorId === undefined ? {} : { errorId: error.errorId }),
  };
}

interface CallIdentity {
  /** The procedure is a query or an idempotent mutation: a transient failure may be tried again although it ran. */
  readonly repeatable: boolean;
  readonly path: string;
}

/** The caller's view of an error that travelled. */
export function fromWireError(wire: WireError, { repeatable, path }: CallIdentity): RpcError {
  const { code, message, data, errorId } = wire;
  return new RpcError(code, {
    message,
    data,
    outcome: "answered",
    path,
    retryable: isTransient(code) && (repeatable || wire.refused === true),
    ...(errorId === undefined ? {} : { errorId }),
  });
}

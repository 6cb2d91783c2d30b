/** An error's way over the wire and back. Only what stands in {@link WireError} ever travels. */
import type { WireError } from "../protocol/message.js";
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

/**
 * The caller's view of an error that travelled. `repeatable`: the procedure is a query or an idempotent mutation, so
 * that a transient failure may be tried again even though the handler ran.
 */
export function fromWireError(wire: WireError, repeatable: boolean): RpcError {
  const { code, message, data, errorId } = wire;
  return new RpcError(code, {
    message,
    data,
    outcome: "answered",
    retryable: isTransient(code) && (repeatable || wire.refused === true),
    ...(errorId === undefined ? {} : { errorId }),
  });
}

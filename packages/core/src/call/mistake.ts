/** A mistake of the caller's own, found before anything was sent. */
import { RpcError } from "../error/rpc-error.js";

export function mistake(message: string, cause?: unknown): RpcError {
  return new RpcError("INVALID_ARGUMENT", { message, outcome: "not-sent", ...(cause === undefined ? {} : { cause }) });
}

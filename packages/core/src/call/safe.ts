/** A call's failure as a value. */
import { RpcError } from "../error/rpc-error.js";
import type { RpcPromise } from "./procedure-call.js";

/** What {@link safe} gives. */
export type SafeResult<Data, Failure extends RpcError> =
  | { readonly ok: true; readonly data: Data }
  | { readonly ok: false; readonly error: Failure };

/**
 * Waits for a call and gives its result or its error, which narrows by `code`. Throws only what is not an
 * {@link RpcError}: a mistake in an interceptor, say.
 */
export async function safe<Data, Failure extends RpcError>(
  call: RpcPromise<Data, Failure>,
): Promise<SafeResult<Data, Failure>> {
  try {
    return { ok: true, data: await call };
  } catch (error) {
    // What the contract declares and what the machines make: the server sends no other codes.
    if (error instanceof RpcError) return { ok: false, error: error as Failure };
    throw error;
  }
}

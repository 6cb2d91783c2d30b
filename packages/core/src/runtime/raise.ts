/**
 * Where a failed call was awaited. The error is made when a message arrives, far from whoever made the call; V8 finds the
 * functions that await a promise while a reaction runs that leads to it. So the error is thrown once more, from there,
 * and its stack taken anew. A call that succeeds pays nothing for it, and where an engine cannot tell, nothing changes.
 * What the program's own source threw is the program's, and says where already.
 */
import { RpcError } from "../error/rpc-error.js";

const { captureStackTrace } = Error as { captureStackTrace?(target: object, above: unknown): void };

/** A promise that rejects with the error; resolve another one with it to reject that. `isOurs`: nobody else made it. */
export function raised(error: unknown, isOurs: boolean): Promise<never> {
  const raise = (): never => {
    if (isOurs && error instanceof RpcError) captureStackTrace?.(error, raise);
    throw error;
  };
  // The other promise follows this one in the first turn, so that it stands in the chain in the second.
  return Promise.resolve()
    .then(() => {})
    .then(raise);
}

/** Where the answer to a call goes. One of `result`, `failure` and `end` comes, once, and last. */
import type { RpcError } from "../error/rpc-error.js";

export interface Sink {
  result(value: unknown): void;
  failure(error: RpcError): void;
  event(value: unknown, eventId: string | undefined): void;
  gap(reason: string): void;
  end(): void;
}

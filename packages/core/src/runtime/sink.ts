/**
 * Where the answer to a call goes. One of `result`, `failure` and `end` comes, once, and last. `blob`: the bytes that the
 * value, or the error's data, speaks of as `[offset, length]`.
 */
import type { RpcError } from "../error/rpc-error.js";
import type { ItemSource } from "./item-source.js";

export interface Sink {
  /** Where the call's upstream comes from, if it has one. */
  readonly source?: ItemSource | undefined;
  result(value: unknown, blob?: Uint8Array): void;
  failure(error: RpcError, blob?: Uint8Array): void;
  event(value: unknown, eventId: string | undefined, blob?: Uint8Array): void;
  gap(reason: string): void;
  end(): void;
}

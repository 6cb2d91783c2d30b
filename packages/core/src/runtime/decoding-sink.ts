/**
 * Stands before the sink of a call whose answer is not plain JSON, and makes of what arrives what the contract declares.
 * An answer that does not fit fails the call: it was answered, by a server that does not keep to this contract.
 */
import { Mismatch } from "../contract/wire/mismatch.js";
import type { ProcedureWire } from "../contract/wire/procedure-wire.js";
import { RpcError } from "../error/rpc-error.js";
import { decodeWith } from "./conversion.js";
import type { ItemSource } from "./item-source.js";
import type { Sink } from "./sink.js";

/** How the answers to a procedure are read. */
export interface AnswerWire {
  /** Dotted, for errors. */
  readonly path: string;
  readonly wire: Pick<ProcedureWire, "output" | "event" | "errors">;
}

/** What puts a sink that reads answers in front of another. */
export type Decoding = typeof decoding;

/** A sink in front of this one, where something is to be converted. `cancel` ends a stream that cannot be read on. */
export function decoding(sink: Sink, answer: AnswerWire, cancel: () => void): Sink {
  const { output, event, errors } = answer.wire;
  return output === undefined && event === undefined && errors.size === 0
    ? sink
    : new DecodingSink(sink, answer, cancel);
}

class DecodingSink implements Sink {
  readonly #sink: Sink;
  readonly #answer: AnswerWire;
  readonly #cancel: () => void;

  constructor(sink: Sink, answer: AnswerWire, cancel: () => void) {
    this.#sink = sink;
    this.#answer = answer;
    this.#cancel = cancel;
  }

  get source(): ItemSource | undefined {
    return this.#sink.source;
  }

  result(json: unknown, blob?: Uint8Array): void {
    let value: unknown;
    try {
      value = decodeWith(this.#answer.wire.output, json, blob);
    } catch (error) {
      return this.#sink.failure(this.#malformed("output", error));
    }
    this.#sink.result(value);
  }

  event(json: unknown, eventId: string | undefined, blob?: Uint8Array): void {
    let value: unknown;
    try {
      value = decodeWith(this.#answer.wire.event, json, blob);
    } catch (error) {
      this.#sink.failure(this.#malformed("event", error));
      return this.#cancel();
    }
    this.#sink.event(value, eventId);
  }

  failure(error: RpcError, blob?: Uint8Array): void {
    this.#sink.failure(this.#declared(error, blob));
  }

  gap(reason: string): void {
    this.#sink.gap(reason);
  }

  end(): void {
    this.#sink.end();
  }

  #declared(error: RpcError, blob: Uint8Array | undefined): RpcError {
    const codec = this.#answer.wire.errors.get(error.code);
    if (codec === undefined || error.outcome !== "answered") return error;
    try {
      const { message, outcome, retryable, errorId, path } = error;
      const data = decodeWith(codec, error.data, blob);
      return new RpcError(error.code, {
        ...{ message, data, outcome, retryable },
        ...(errorId === undefined ? {} : { errorId }),
        ...(path === undefined ? {} : { path }),
      });
    } catch (cause) {
      return this.#malformed(`error ${error.code}`, cause);
    }
  }

  #malformed(what: string, cause: unknown): RpcError {
    const found = cause instanceof Mismatch ? `${cause.path.join(".") || "it"}: ${cause.message}` : "it cannot be read";
    return new RpcError("INTERNAL", {
      message: `the answered ${what} is not what the contract declares: ${found}`,
      path: this.#answer.path,
      cause,
    });
  }
}

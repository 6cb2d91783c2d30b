/**
 * The one error of the product: what a call rejects with, and what a handler throws to answer with an error.
 */
import { isTransient } from "./codes.js";

/**
 * What is known about the call when it failed. `answered`: the server said so. `not-sent`: no server saw the call.
 * `unknown`: it was sent and no answer came; it may have run.
 */
export type Outcome = "answered" | "not-sent" | "unknown";

export interface RpcErrorOptions<Data = unknown> {
  /** For people. Default: a constant sentence for the code. */
  readonly message?: string;
  /** What the contract declares for this code. */
  readonly data?: Data;
  /** What is known about the call. Default `answered`. */
  readonly outcome?: Outcome;
  /** Whether the same call, made again, is safe and may succeed. Default: by code and outcome. */
  readonly retryable?: boolean;
  /** Names the server's own record of an internal failure. */
  readonly errorId?: string;
  /** Which procedure was called, dotted. */
  readonly path?: string;
  /** Stays in this process: it never travels. */
  readonly cause?: unknown;
}

/** A call's failure. Narrow it by `code`; `data` follows. */
export class RpcError<Code extends string = string, Data = unknown> extends Error {
  override readonly name = "RpcError";
  readonly code: Code;
  readonly data: Data;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly errorId: string | undefined;
  /** Which procedure was called, dotted; undefined where the error did not come from a call. */
  readonly path: string | undefined;

  constructor(code: Code, options: RpcErrorOptions<Data> = {}) {
    super(options.message ?? sentences.get(code) ?? code, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    // A code without declared data carries undefined, and its Data says so.
    this.data = options.data as Data;
    this.outcome = options.outcome ?? "answered";
    this.retryable = options.retryable ?? (this.outcome === "not-sent" && isTransient(code));
    this.errorId = options.errorId;
    this.path = options.path;
  }

  /** What `JSON.stringify` shows. The stack and the cause stay here. */
  toJSON(): Record<string, unknown> {
    const { code, path, message, data, outcome, retryable, errorId } = this;
    return { name: this.name, code, path, message, data, outcome, retryable, errorId };
  }
}

const sentences: ReadonlyMap<string, string> = new Map(
  Object.entries({
    CANCELLED: "the caller cancelled the call",
    INVALID_ARGUMENT: "the input is not what the contract asks for",
    DEADLINE_EXCEEDED: "the call's deadline passed",
    PERMISSION_DENIED: "permission denied",
    RESOURCE_EXHAUSTED: "a limit is reached",
    UNIMPLEMENTED: "the server has no such procedure",
    INTERNAL: "the server failed",
    UNAVAILABLE: "there is no connection to the server",
    DATA_LOSS: "events are missing",
    UNAUTHENTICATED: "valid credentials are required",
  }),
);

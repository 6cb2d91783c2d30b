/** One incoming call in progress, as its handler knows it. What a handler does not ask for is not made. */

import { RpcError } from "../error/rpc-error.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { AbortReason } from "../machine/incoming-calls.js";
import type { Meta } from "../protocol/message.js";
import type { Fed, PulledStream } from "./open-stream.js";

const noMeta: Meta = Object.freeze({});

export class Work {
  readonly #call: IncomingCall<Work>;
  /** How long the caller waits, in milliseconds from now; `Infinity` where it said nothing. */
  readonly deadline: number;
  #abortReason: AbortReason | undefined;
  #controller: AbortController | undefined;
  /** A subscription's source, once it is open: asked for events, or shared. */
  stream: PulledStream | undefined;
  fed: Fed | undefined;

  constructor(call: IncomingCall<Work>, now: number) {
    this.#call = call;
    this.deadline = call.deadline - now;
  }

  get path(): string {
    return this.#call.path;
  }

  get input(): unknown {
    return this.#call.input;
  }

  /** The bytes that the input speaks of as `[offset, length]`. */
  get blob(): Uint8Array | undefined {
    return this.#call.blob;
  }

  get isStream(): boolean {
    return this.#call.balance !== undefined;
  }

  get meta(): Meta {
    return this.#call.meta ?? noMeta;
  }

  get lastEventId(): string | undefined {
    return this.#call.lastEventId;
  }

  /** Whether nobody waits for the answer any more. */
  get aborted(): boolean {
    return this.#abortReason !== undefined;
  }

  /** Fires on cancel, deadline and end of session, with an {@link RpcError} as its reason. Made on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(reasonFor(this.#abortReason));
    }
    return this.#controller.signal;
  }

  abort(reason: AbortReason): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reasonFor(reason));
  }
}

function reasonFor(reason: AbortReason): RpcError {
  if (reason === "deadline") return new RpcError("DEADLINE_EXCEEDED");
  if (reason === "cancelled") return new RpcError("CANCELLED");
  return new RpcError("CANCELLED", { message: "the caller's session has ended" });
}

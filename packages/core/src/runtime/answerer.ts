/** What a peer asks of whoever answers. */

import type { IncomingCall } from "../machine/incoming-call.js";
import type { HandlerInput } from "../machine/incoming-words.js";
import type { Encoded } from "../protocol/blob.js";
import type { WireError } from "../protocol/frame.js";
import type { OpenStream } from "./open-stream.js";
import type { Work } from "./work.js";

/** Who answers: the one thing the two ends do not share. Both methods may throw, or reject, anything. */
export interface Answerer {
  /** A query or a mutation. A value that is ready is returned as it is: no promise is made for it. */
  once(work: Work): Encoded | Promise<Encoded>;
  stream(work: Work): OpenStream | Promise<OpenStream>;
  /** What the caller is told of an error. Never throws. */
  explain(error: unknown, work: Work): WireError | ErrorWithBlob;
  /** A handler's caller has gone before it has settled (1), and when it has settled at last (-1). */
  abandoned?(change: 1 | -1): void;
  /** An answer was larger than the caller takes, who was told of that instead. */
  oversized?(work: Work): void;
}

/** An error whose data has bytes. */
export class ErrorWithBlob {
  constructor(
    readonly error: WireError,
    readonly blob: Uint8Array,
  ) {}
}

/** What the machine is told when a call fails with what was explained so. */
export function failure(call: IncomingCall<Work>, told: WireError | ErrorWithBlob): HandlerInput<Work> {
  return told instanceof ErrorWithBlob
    ? { type: "fail", call, error: told.error, blob: told.blob }
    : { type: "fail", call, error: told };
}

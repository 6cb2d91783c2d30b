/**
 * What is said of the calls this end has made: the frames that answer them, and what callers are told. The rules between
 * them stand in `outgoing-calls.ts`.
 */
import type { RpcError } from "../error/rpc-error.js";
import type { CallFrame, Frame, SubscribeFrame } from "../protocol/frame.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { OutgoingStreamEffect } from "./outgoing-streams.js";
import type { OutgoingUpstreamEffect } from "./outgoing-upstreams.js";

/** Frames about a call: those that answer it, and two about its upstream. */
export type AnswerFrame = Exclude<Frame, CallFrame | SubscribeFrame>;

/** The bytes that a value, or an error's data, speaks of. */
type Bytes = Uint8Array | undefined;

/** What became of a call. `result`, `failure` and `end` settle it: one of them comes, once. */
export type OutgoingEffect<Sink> =
  | { readonly type: "result"; readonly call: OutgoingCall<Sink>; readonly value: unknown; readonly blob?: Bytes }
  | { readonly type: "failure"; readonly call: OutgoingCall<Sink>; readonly error: RpcError; readonly blob?: Bytes }
  | { readonly type: "end"; readonly call: OutgoingCall<Sink> }
  | OutgoingStreamEffect<Sink>
  | OutgoingUpstreamEffect<Sink>;

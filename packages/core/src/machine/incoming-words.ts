/**
 * What is said of the calls that the other end has made: what our handlers tell the machine, and what it asks of them. The
 * rules between them stand in `incoming-calls.ts`.
 */
import type { Encoded } from "../protocol/blob.js";
import type { Frame, WireError } from "../protocol/frame.js";
import type { PeerLimits } from "../protocol/limits.js";
import type { Violation } from "../protocol/violation.js";
import type { OversizedEffect } from "./answer-frames.js";
import type { IncomingCall } from "./incoming-call.js";
import type { RequestEffect } from "./incoming-slots.js";
import type { IncomingUpstreamEffect } from "./incoming-upstreams.js";
import type { JoinedEffect, Joining, JoinNotice, Portion, Shared } from "./joined-streams.js";
import type { PullEffect } from "./pulled-streams.js";

/** From our handlers, and the sources of their streams. */
export type HandlerInput<Work> =
  | { readonly type: "reply"; readonly call: IncomingCall<Work>; readonly value: Encoded }
  | { readonly type: "fail"; readonly call: IncomingCall<Work>; readonly error: WireError; readonly blob?: Uint8Array }
  | { readonly type: "ready"; readonly call: IncomingCall<Work> }
  | { readonly type: "event"; readonly call: IncomingCall<Work>; readonly value: Encoded; readonly eventId?: string }
  | { readonly type: "gap"; readonly call: IncomingCall<Work>; readonly reason: string }
  | { readonly type: "mark"; readonly call: IncomingCall<Work>; readonly eventId: string }
  | { readonly type: "finish"; readonly call: IncomingCall<Work> }
  // Of an upstream: so many items were taken; no more are wanted.
  | { readonly type: "take"; readonly call: IncomingCall<Work>; readonly count: number }
  | { readonly type: "decline"; readonly call: IncomingCall<Work> }
  // The topics that feed streams.
  | { readonly type: "share"; readonly call: IncomingCall<Work> }
  | { readonly type: "join"; readonly call: IncomingCall<Work>; readonly at: Joining }
  | ({ readonly type: "feed"; readonly call: IncomingCall<Work>; readonly message: Shared } & Portion);

/** Why a handler's work is not wanted any more. `source`: what the caller sends has failed. */
export type AbortReason = "cancelled" | "deadline" | "ended" | "source";

/**
 * `abort`: stop, and say when it has stopped. `share`: write this, which many transports are sent, on the transport of
 * this generation.
 */
export type IncomingEffect<Work> =
  | RequestEffect<Work>
  | PullEffect<Work>
  | JoinedEffect<Work>
  | OversizedEffect<Work>
  | { readonly type: "abort"; readonly call: IncomingCall<Work>; readonly reason: AbortReason }
  | { readonly type: "share"; readonly generation: number; readonly message: Shared }
  | IncomingUpstreamEffect<Work>;

/** What a conversation asks of whoever keeps the calls of the other end. */
export interface AnsweredCalls<Work> {
  /** No call's deadline is earlier than this. */
  readonly deadline: number;
  /** Calls whose handlers have not settled. */
  readonly open: number;
  /** Queries and mutations whose callers wait for an answer. */
  readonly awaited: number;
  /** The largest message that the other end takes, as far as it is known. */
  readonly peerMessageBytes: number;
  attached(peer: PeerLimits): void;
  has(id: number): boolean;
  /** Whether a large frame of this id may begin to arrive. */
  expects(id: number): boolean;
  /** A request begins to arrive in parts. */
  announce(id: number): Violation | undefined;
  request(frame: Frame, now: number, announced: boolean): Violation | undefined;
  /** True: what was said has no number, and the turn need not end with it. */
  tell(input: HandlerInput<Work>, now: number): boolean;
  /** How many events a stream that a topic feeds takes now. */
  room(call: IncomingCall<Work>): number;
  /** A join leaves now. Undefined: nobody waits for the stream any more. */
  render(notice: JoinNotice): string | undefined;
  resume(): void;
  /** After each turn. */
  look(): void;
  expire(now: number): void;
  /** A handler has settled, and nobody can be told. */
  release(call: IncomingCall<Work>): void;
  end(): void;
  restart(): void;
}

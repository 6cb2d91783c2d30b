/**
 * What a conversation is told, and what it asks for: its inputs and its effects, as data. The rules between them stand in
 * `conversation.ts`.
 */
import type { StandardCode } from "../error/codes.js";
import type { Data, Written } from "../protocol/blob.js";
import type { CloseName } from "../protocol/close-codes.js";
import type { PeerLimits } from "../protocol/limits.js";
import type { ViolationName } from "../protocol/violations.js";
import type { HandlerInput, IncomingEffect } from "./incoming-words.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { SourceInput } from "./outgoing-upstreams.js";
import type { OutgoingEffect } from "./outgoing-words.js";

/** Hello and welcome have been said on a new transport. */
export interface Attach {
  readonly type: "attach";
  /** Names the transport; grows with each. What an older one still brings is ignored. */
  readonly generation: number;
  /** False: the other end knows nothing of what was said before. */
  readonly resumed: boolean;
  /** How many of our frames the other end has. */
  readonly received: number;
  readonly peer: PeerLimits;
  /** How often to beat (only the server does), and how long a silence is death. */
  readonly beatMs: number | undefined;
  readonly silenceMs: number;
}

/** From our callers. */
export type CallerInput<Sink> =
  | { readonly type: "call"; readonly call: OutgoingCall<Sink> }
  | { readonly type: "adopt"; readonly call: OutgoingCall<Sink> }
  | { readonly type: "cancel"; readonly call: OutgoingCall<Sink> }
  | { readonly type: "consume"; readonly call: OutgoingCall<Sink>; readonly count: number }
  | SourceInput<Sink>;

export type ConversationInput<Sink, Work> =
  | CallerInput<Sink>
  | HandlerInput<Work>
  // The transport.
  | Attach
  | { readonly type: "detach"; readonly generation: number }
  /** There is no transport, and the session is known to be over: another one will begin. */
  | { readonly type: "lost" }
  | { readonly type: "absent"; readonly reason: string }
  | { readonly type: "message"; readonly generation: number; readonly data: Data }
  | { readonly type: "alive"; readonly generation: number }
  | { readonly type: "congested"; readonly generation: number; readonly congested: boolean }
  // Our owner.
  | { readonly type: "flush" }
  /** Another conversation goes on in this one's place. `lost`: this one's session is known to be gone. */
  | { readonly type: "handOver"; readonly lost: boolean }
  | { readonly type: "end"; readonly code: StandardCode; readonly message: string };

/**
 * `send`: write this on the transport of this generation. `flush`: come back with a flush when this turn is over. `ping`:
 * a protocol ping. `drop`: this transport is of no use, the session goes on. `break`: rules or bounds were broken, the
 * session cannot go on. `goodbye`: the other end wants us elsewhere. `renew`: it wants, or brings, new credentials.
 * `invalidate`: what was kept with these tags is no longer true. `moved`: these calls are for the conversation that goes
 * on. `finished`: after that, nothing is in flight here any more.
 */
export type ConversationEffect<Sink, Work> =
  | OutgoingEffect<Sink>
  | IncomingEffect<Work>
  | { readonly type: "send"; readonly generation: number; readonly data: Written }
  | { readonly type: "flush" }
  | { readonly type: "ping" }
  | { readonly type: "drop"; readonly close: CloseName }
  | { readonly type: "break"; readonly close: CloseName; readonly violation: ViolationName }
  | { readonly type: "goodbye"; readonly spreadMs: number }
  | { readonly type: "renew"; readonly auth: unknown }
  | { readonly type: "invalidate"; readonly tags: readonly string[] | null }
  | { readonly type: "moved"; readonly calls: readonly OutgoingCall<Sink>[] }
  | { readonly type: "finished" };

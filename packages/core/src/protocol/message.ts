/**
 * What is said: the messages of the wire, as data.
 *
 * A WebSocket message is either a batch of numbered frames, or events of a topic, or one of the messages that belong to a
 * single transport (hello, welcome, goodbye, renew, invalidate). A frame is a positional array whose first element is its op. A frame's value stands
 * last, and is absent when it is `undefined`, which JSON cannot say.
 *
 * @see PROTOCOL.md sections 3 and 4
 */
import type { PeerLimits } from "./limits.js";

/** The WebSocket subprotocol both ends must agree on. The digit is the major version of PROTOCOL.md. */
export const SUBPROTOCOL = "trunkline.1";

/**
 * The one path that whoever serves a contract answers beside those of the contract: a query that takes `{ path: hash }` of the caller's
 * procedures and gives those that are missing here and those that differ. Contracts cannot have names with `$`.
 */
export const COMPARE_PATH = "$contract";

/** The answer at {@link COMPARE_PATH}. */
export interface ContractDifference {
  /** Paths the other end does not have. */
  readonly missing: readonly string[];
  /** Paths that take or give something else there. */
  readonly changed: readonly string[];
}

/** The number that opens each frame. */
export const op = {
  call: 1,
  subscribe: 2,
  cancel: 3,
  credit: 4,
  result: 5,
  error: 6,
  event: 7,
  end: 8,
  gap: 9,
  part: 10,
  join: 11,
  position: 12,
  mark: 13,
} as const;

/** Caller's metadata, as it travels. Never mixed with HTTP headers. */
export type Meta = Readonly<Record<string, unknown>>;

/** The bytes that a frame's value speaks of, where it has any: a view into the message it came with. */
type Bytes = Uint8Array | undefined;

/** `[1, id, path, timeoutMs, meta | null, input?]`: a query or a mutation. `timeoutMs` 0: no deadline. */
export interface CallFrame {
  readonly op: typeof op.call;
  readonly id: number;
  readonly path: string;
  readonly timeoutMs: number;
  readonly meta: Meta | undefined;
  readonly input: unknown;
  readonly blob?: Bytes;
}

/** `[2, id, path, timeoutMs, meta | null, credit, lastEventId | null, input?]` */
export interface SubscribeFrame {
  readonly op: typeof op.subscribe;
  readonly id: number;
  readonly path: string;
  readonly timeoutMs: number;
  readonly meta: Meta | undefined;
  readonly credit: number;
  readonly lastEventId: string | undefined;
  readonly input: unknown;
  readonly blob?: Bytes;
}

/** `[3, id]`: the caller wants no answer any more. */
interface CancelFrame {
  readonly op: typeof op.cancel;
  readonly id: number;
}

/** `[4, id, limit]`: the reader takes events up to number `limit`, counted from the stream's first, which is 1. */
interface CreditFrame {
  readonly op: typeof op.credit;
  readonly id: number;
  readonly limit: number;
}

/** `[5, id, value?]` */
interface ResultFrame {
  readonly op: typeof op.result;
  readonly id: number;
  readonly value: unknown;
  readonly blob?: Bytes;
}

/** `[6, id, error]`: ends a call or a stream. */
interface ErrorFrame {
  readonly op: typeof op.error;
  readonly id: number;
  readonly error: WireError;
  readonly blob?: Bytes;
}

/** `[7, id, eventId | null, value?]` */
export interface EventFrame {
  readonly op: typeof op.event;
  readonly id: number;
  readonly eventId: string | undefined;
  readonly value: unknown;
  readonly blob?: Bytes;
}

/** `[8, id, offset?]`: the stream is complete, a joined one with the event at this offset of its topic. */
export interface EndFrame {
  readonly op: typeof op.end;
  readonly id: number;
  readonly offset?: number;
}

/** `[9, id, reason]`: events are missing here and cannot be had any more. Counts against credit as an event does. */
export interface GapFrame {
  readonly op: typeof op.gap;
  readonly id: number;
  readonly reason: string;
}

/** `[11, id, topic, offset]`: after this offset the stream is fed by the messages that name this topic. */
export interface JoinFrame {
  readonly op: typeof op.join;
  readonly id: number;
  readonly topic: number;
  readonly offset: number;
}

/**
 * `[12, id]`: the answerer asks where a joined stream stands. `[12, id, offset, count]`: the caller has everything up to
 * this offset, and has received so many events and gaps of this stream.
 */
export interface PositionFrame {
  readonly op: typeof op.position;
  readonly id: number;
  /** Absent in a question. */
  readonly told: { readonly offset: number; readonly count: number } | undefined;
}

/** `[13, id, eventId]`: the stream goes on after this event, which its reader need not have. */
interface MarkFrame {
  readonly op: typeof op.mark;
  readonly id: number;
  readonly eventId: string;
}

/**
 * `[10, id, left]` with a blob: a piece of a large frame. `left`: bytes still to come, these included.
 *
 * @see PROTOCOL.md section 4.2
 */
export interface PartFrame {
  readonly op: typeof op.part;
  readonly id: number;
  readonly left: number;
  readonly blob: Uint8Array;
}

/** What means something by itself. */
export type Frame =
  | CallFrame
  | SubscribeFrame
  | CancelFrame
  | CreditFrame
  | ResultFrame
  | ErrorFrame
  | EventFrame
  | EndFrame
  | GapFrame
  | JoinFrame
  | PositionFrame
  | MarkFrame;

/** An error as it travels. `refused`: the handler was never started. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
  readonly errorId?: string;
  readonly refused?: true;
}

/** `[[seq, ack, lengths?], frame, …]`: `seq` numbers the first frame, `ack` counts the frames of the other end received so far. */
export interface Batch {
  readonly type: "batch";
  readonly seq: number;
  readonly ack: number;
  readonly frames: readonly (Frame | PartFrame)[];
}

/** One event of a topic: `[eventId, value?]`. */
export interface TopicItem {
  readonly eventId: string;
  readonly value: unknown;
}

/**
 * `["events", topic, from, to, [eventId, value?], …]`: what a topic's log has after the offset `from`, up to and with
 * `to`. It is not numbered, and the same for all who stand at `from`.
 */
export interface TopicEvents {
  readonly type: "events";
  readonly topic: number;
  readonly from: number;
  readonly to: number;
  readonly items: readonly TopicItem[];
}

/** `["hello", {…}]`, client to server, the first message on every transport. */
export interface Hello {
  readonly type: "hello";
  /** Hash of the contract the client was built with. */
  readonly contract: string;
  /** Hash of the contract the client serves, if the server may call it. */
  readonly serves?: string;
  /** Whether the client keeps answers, and wants to be told when they are no longer true. */
  readonly caches?: boolean;
  /** Whatever the client's `auth` gave; the server's `context` hook judges it. */
  readonly auth?: unknown;
  /** The session to resume, if there is one. */
  readonly session?: string;
  /** How many numbered frames of that session have arrived here. 0 without a session. */
  readonly received: number;
  /** What the client takes, so that the server can refuse locally. */
  readonly limits: PeerLimits;
}

/** `["welcome", {…}]`, server to client, the answer to hello. */
export interface Welcome {
  readonly type: "welcome";
  /** The token that resumes this session next time. The one before it stays valid until this one is used. */
  readonly session: string;
  /** Whether the session named in hello goes on. False: a new one begins, and nothing of the old one is known. */
  readonly resumed: boolean;
  /** How many numbered frames of this session have arrived at the server. */
  readonly received: number;
  /** Hash of the server's contract. */
  readonly contract: string;
  /** The server says something at least this often, in milliseconds. */
  readonly heartbeatMs: number;
  /** Over how long clients that lose this server should spread their return, in milliseconds. */
  readonly spreadMs: number;
  /** How long the session outlives its transport, in milliseconds. */
  readonly resumeMs: number;
  /** What the server takes, so that the client can refuse locally. */
  readonly limits: PeerLimits;
}

/** `["goodbye", {…}]`, server to client: finish here, then come back within `spreadMs`, at a moment of your choice. */
export interface Goodbye {
  readonly type: "goodbye";
  readonly spreadMs: number;
}

/**
 * `["renew", {}]`, server to client: the credentials expire soon. `["renew", { auth }]`, client to server: here are
 * others, of the same identity.
 */
export interface Renew {
  readonly type: "renew";
  readonly auth?: unknown;
}

/** `["invalidate", {…}]`, server to client: answers with these tags are no longer true. `null`: none is. */
export interface Invalidate {
  readonly type: "invalidate";
  readonly tags: readonly string[] | null;
}

export type Message = Batch | TopicEvents | Hello | Welcome | Goodbye | Renew | Invalidate;

/**
 * The frames of a batch, as data. A frame is a positional array whose first element is its op. Its value stands last, and
 * is absent when it is `undefined`, which JSON cannot say.
 *
 * @see PROTOCOL.md section 4
 */

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

/** A subscription's source: one that is asked for its events, or one that many streams share and that feeds them. */

import type { Joining, Portion } from "../machine/joined-streams.js";
import type { Encoded } from "../protocol/blob.js";
import type { SharedMessage } from "../transport.js";

/** An item of a stream, as it travels. */
export type StreamItem = { readonly value: Encoded; readonly eventId: string | undefined } | { readonly gap: string };

/** A stream that has been opened: pulled, if it is not shared, or cannot be. */
export type OpenStream = PulledStream & Partial<SharedStream>;

/** Its source, and how to encode what comes out of it. */
export interface PulledStream {
  readonly iterator: AsyncIterator<unknown>;
  encode(item: unknown): StreamItem | Promise<StreamItem>;
}

/**
 * Nobody pulls it: its source feeds it whenever there is something, as far as the stream takes it, and learns when it
 * takes something again. So at rest it costs its place, and no promise.
 */
export interface SharedStream {
  /** Once, when the handler has returned it. Undefined: this one cannot be fed. May throw. */
  feed(outlet: Outlet): Fed | undefined;
}

/** What a source keeps of a stream that it feeds. None of these may throw. */
export interface Fed {
  /** The stream takes something again. */
  wake(): void;
  /** After another transport: the reader has everything up to this offset and nothing after it. */
  placed(offset: number): void;
  /** Nobody reads the stream any more: nothing may be said after this. */
  leave(): void;
}

/** A stream as the source sees it that feeds it. */
export interface Outlet {
  /** The same for all streams to one reader: at most one of them may be joined to a topic's number. */
  readonly reader: object;
  /** How many events the stream takes now. 0: `wake` will be heard. */
  readonly room: number;
  /** The largest message that the reader takes. */
  readonly messageBytes: number;
  /** Fires when nobody reads the stream any more. Made when it is first read. */
  readonly signal: AbortSignal | undefined;
  /** The stream goes on after the event with this id, which it does not bring. Also where the source does not feed it. */
  mark(eventId: string): void;
  /** The source is ready: `wake` may be heard from here on. */
  open(fed: Fed): void;
  /** Whether the stream is joined to this topic and was fed up to this offset. */
  standsAt(topic: number, offset: number): boolean;
  /** The stream will be fed from here on: once `wake` is heard. A gap needs room. */
  join(at: Joining): void;
  /** Needs room for so many events. */
  feed(message: SharedMessage, portion: Portion): void;
  finish(): void;
  fail(error: unknown): void;
}

/** A subscription's source, and how its events are encoded. */
import type { Encoded } from "../protocol/blob.js";

/** An item of a stream, as it travels. */
export type StreamItem = { readonly value: Encoded; readonly eventId: string | undefined } | { readonly gap: string };

/** A stream that has been opened: its source, and how to encode what comes out of it. */
export interface OpenStream {
  readonly iterator: AsyncIterator<unknown>;
  encode(item: unknown): StreamItem | Promise<StreamItem>;
}

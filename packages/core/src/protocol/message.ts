/**
 * What is said: a WebSocket message is a batch of numbered frames, or events of a topic, or one of the greetings, which
 * belong to a single transport. These are the messages of the wire, as data.
 *
 * @see PROTOCOL.md section 3
 */
import type { Frame, PartFrame } from "./frame.js";
import type { Goodbye, Hello, Invalidate, Renew, Welcome } from "./greeting.js";

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

export type Message = Batch | TopicEvents | Hello | Welcome | Goodbye | Renew | Invalidate;

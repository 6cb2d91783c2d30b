/**
 * From text or bytes to message, without trust: whatever comes, the answer is a message or a violation with its reason,
 * never a throw. How arrays, frames and greetings are read stands in files of their own.
 *
 * @see PROTOCOL.md section 3
 */
import type { Data } from "./blob.js";
import { unseal } from "./envelope.js";
import type { Limits } from "./limits.js";
import type { Batch, Message, TopicEvents, TopicItem } from "./message.js";
import { parseArray } from "./parse-array.js";
import { readFrame, readPart } from "./parse-frame.js";
import { parseGreeting } from "./parse-greeting.js";
import { isCount, isEventId, isPositive } from "./shapes.js";
import { exceedsBytes } from "./text.js";
import { type Violation, violation } from "./violation.js";

/** The bounds a text is held against. */
export type ParseLimits = Pick<Limits, "messageBytes" | "jsonDepth" | "batchFrames">;

/** Reads one WebSocket message, of either sort. Blobs are views into it. */
export function parse(data: Data, limits: ParseLimits): Message | Violation {
  if (typeof data !== "string") return parseBinary(data, limits);
  if (exceedsBytes(data, limits.messageBytes)) return violation("tooLarge", "tooLarge");
  const items = parseArray(data, limits);
  if (!Array.isArray(items)) return items;
  const head: unknown = items[0];
  if (Array.isArray(head)) return readBatch(head, items, limits);
  return head === "events" ? readTopicEvents(items) : parseGreeting(head, items);
}

/** A batch whose frames have blobs; nothing else is binary. */
function parseBinary(data: Uint8Array, limits: ParseLimits): Message | Violation {
  if (data.length > limits.messageBytes) return violation("tooLarge", "tooLarge");
  const envelope = unseal(data);
  if (envelope === undefined) return violation("noEnvelope");
  const items = parseArray(envelope.text, limits);
  if (!Array.isArray(items)) return items;
  const head: unknown = items[0];
  if (!Array.isArray(head)) return violation("noBatch");
  const blobs = readBlobs(head.pop(), items.length - 1, envelope.bytes);
  if (blobs === undefined) return violation("blobLengths");
  return readBatch(head, items, limits, blobs);
}

/** One for each frame, undefined for none; they must be exactly all the bytes there are. */
function readBlobs(lengths: unknown, frames: number, bytes: Uint8Array): (Uint8Array | undefined)[] | undefined {
  if (!Array.isArray(lengths) || lengths.length !== frames || bytes.length === 0) return undefined;
  let at = 0;
  const blobs: (Uint8Array | undefined)[] = [];
  for (const length of lengths) {
    if (!isCount(length) || length > bytes.length - at) return undefined;
    blobs.push(length === 0 ? undefined : bytes.subarray(at, at + length));
    at += length;
  }
  return at === bytes.length ? blobs : undefined;
}

type Blobs = readonly (Uint8Array | undefined)[];

function readBatch(head: unknown[], items: unknown[], limits: ParseLimits, blobs?: Blobs): Batch | Violation {
  const [seq, ack] = head;
  if (head.length !== 2 || !isPositive(seq) || !isCount(ack)) return violation("noHead");
  if (items.length - 1 > limits.batchFrames) return violation("tooManyFrames");
  const frames: Batch["frames"][number][] = [];
  for (let i = 1; i < items.length; i++) {
    const frame = readFrame(items[i], blobs?.[i - 1]) ?? readPart(items[i], blobs?.[i - 1]);
    if (frame === undefined) return violation("unknownFrame");
    frames.push(frame);
  }
  return { type: "batch", seq, ack, frames };
}

/** `["events", topic, from, to, [eventId, value?], …]`, with at least one event. */
function readTopicEvents(parts: unknown[]): TopicEvents | Violation {
  const [, topic, from, to] = parts;
  if (!isPositive(topic) || !isCount(from) || !isCount(to) || to <= from || parts.length < 5) return notEvents();
  const items: TopicItem[] = [];
  for (let i = 4; i < parts.length; i++) {
    const item = parts[i];
    if (!Array.isArray(item) || item.length < 1 || item.length > 2 || !isEventId(item[0]) || item[0] === null) {
      return notEvents();
    }
    items.push({ eventId: item[0], value: item[1] });
  }
  return { type: "events", topic, from, to, items };
}

const notEvents = () => violation("noEvents");

/**
 * From text or bytes to message, without trust: whatever comes, the answer is a message or a violation with its reason,
 * never a throw. Nothing recursive reads a text before its depth is known.
 *
 * @see PROTOCOL.md section 3
 */
import type { Data } from "./blob.js";
import type { CloseName } from "./close-codes.js";
import { decoded, unseal } from "./envelope.js";
import { type Limits, MIN_MESSAGE_BYTES, type PeerLimits } from "./limits.js";
import type {
  Batch,
  Frame,
  Goodbye,
  Hello,
  Invalidate,
  Message,
  Meta,
  PartFrame,
  Renew,
  TopicEvents,
  TopicItem,
  Welcome,
  WireError,
} from "./message.js";
import { op } from "./message.js";
import { holdsProto, nestsDeeper } from "./parsed-json.js";
import { exceedsBytes, exceedsDepth, mayHoldProto, opensMoreThan } from "./text.js";
import type { ViolationName } from "./violations.js";

/** The longest id an event may have, in UTF-16 units. */
export const EVENT_ID_LENGTH = 1_024;

/** UTF-16 units of the hash of what a client serves: its server keeps it. */
const HASH_LENGTH = 128;

/** What the other end did wrong, and what the transport is closed with for it. */
export interface Violation {
  readonly type: "violation";
  readonly close: CloseName;
  readonly name: ViolationName;
}

/** The bounds a text is held against. */
export type ParseLimits = Pick<Limits, "messageBytes" | "jsonDepth" | "batchFrames">;

/** Reads one WebSocket message, of either sort. Blobs are views into it. */
export function parse(data: Data, limits: ParseLimits): Message | Violation {
  if (typeof data !== "string") return parseBinary(data, limits);
  if (exceedsBytes(data, limits.messageBytes)) return violation("tooLarge", "tooLarge");
  const items = readArray(data, limits);
  if (!Array.isArray(items)) return items;
  const head: unknown = items[0];
  if (Array.isArray(head)) return readBatch(head, items, limits);
  return head === "events" ? readTopicEvents(items) : readGreeting(head, items);
}

/** A batch whose frames have blobs; nothing else is binary. */
function parseBinary(data: Uint8Array, limits: ParseLimits): Message | Violation {
  if (data.length > limits.messageBytes) return violation("tooLarge", "tooLarge");
  const envelope = unseal(data);
  if (envelope === undefined) return violation("noEnvelope");
  const items = readArray(envelope.text, limits);
  if (!Array.isArray(items)) return items;
  const head: unknown = items[0];
  if (!Array.isArray(head)) return violation("noBatch");
  const blobs = readBlobs(head.pop(), items.length - 1, envelope.bytes);
  if (blobs === undefined) return violation("blobLengths");
  return readBatch(head, items, limits, blobs);
}

/** A frame that came in parts. */
export interface Joined {
  readonly json: Uint8Array;
  /** In memory of its own. */
  readonly blob: Uint8Array;
}

/** Reads a frame that came in parts. Its text is held to what a message is held to. */
export function parseFrame({ json, blob }: Joined, limits: ParseLimits): Frame | Violation {
  if (json.length > limits.messageBytes) {
    return violation("partsJsonTooLarge", "tooLarge");
  }
  const text = decoded(json);
  if (text === undefined) return violation("partsNoText");
  const item = readArray(text, { ...limits, jsonDepth: limits.jsonDepth - 1 });
  if (!Array.isArray(item)) return item;
  const frame = readFrame(item, blob.length === 0 ? undefined : blob);
  return frame ?? violation("partsUnknownFrame");
}

/**
 * A text of so many characters that opens so much may nest so deep that parsing alone takes five times what it takes of a
 * flat one: its depth is looked for first. Otherwise a walk over what was parsed is quicker.
 */
const LONG_TEXT = 16 * 1024;
const MANY_BRACKETS = 4_096;

/** The outermost array of a JSON text. */
function readArray(text: string, limits: ParseLimits): unknown[] | Violation {
  const { jsonDepth } = limits;
  if (text.length > LONG_TEXT && opensMoreThan(text, MANY_BRACKETS) && exceedsDepth(text, jsonDepth)) return tooDeep();
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (opensMoreThan(text, jsonDepth) && nestsDeeper(value, jsonDepth)) return tooDeep();
    if (mayHoldProto(text) && holdsProto(value)) return violation("protoKey");
  } catch {
    // Or nested so deep that the stack ends first, where the platform's parser, or a `jsonDepth` to match, lets it.
    return violation("noJson");
  }
  return Array.isArray(value) ? value : violation("noArray");
}

const tooDeep = () => violation("tooDeep");

/** Whether a parsed message broke the rules. */
export function isViolation(message: { readonly type: string }): message is Violation {
  return message.type === "violation";
}

export function violation(name: ViolationName, close: CloseName = "protocol"): Violation {
  return { type: "violation", close, name };
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

function readFrame(item: unknown, blob: Uint8Array | undefined): Frame | undefined {
  if (!Array.isArray(item) || !isPositive(item[1])) return undefined;
  const id = item[1];
  const size = item.length;
  switch (item[0]) {
    case op.result: // [5, id, value?]
      return size <= 3 ? { op: op.result, id, value: item[2], blob } : undefined;
    case op.event: // [7, id, eventId | null, value?]
      if ((size !== 3 && size !== 4) || !isEventId(item[2])) return undefined;
      return { op: op.event, id, eventId: item[2] ?? undefined, value: item[3], blob };
    case op.call: // [1, id, path, timeoutMs, meta | null, input?]
      if ((size !== 5 && size !== 6) || !isOpening(item)) return undefined;
      return { op: op.call, id, path: item[2], timeoutMs: item[3], meta: item[4] ?? undefined, input: item[5], blob };
    case op.subscribe: // [2, id, path, timeoutMs, meta | null, credit, lastEventId | null, input?]
      return size === 7 || size === 8 ? readSubscribe(item, id, blob) : undefined;
    case op.cancel: // [3, id]
      return size === 2 && !blob ? { op: op.cancel, id } : undefined;
    case op.credit: // [4, id, limit]
      return size === 3 && isPositive(item[2]) && !blob ? { op: op.credit, id, limit: item[2] } : undefined;
    case op.error: // [6, id, error]
      return size === 3 && isWireError(item[2]) ? { op: op.error, id, error: item[2], blob } : undefined;
    case op.end: // [8, id, offset?]
      if (size === 2 && !blob) return { op: op.end, id };
      return size === 3 && isCount(item[2]) && !blob ? { op: op.end, id, offset: item[2] } : undefined;
    case op.gap: // [9, id, reason]
      return size === 3 && typeof item[2] === "string" && !blob ? { op: op.gap, id, reason: item[2] } : undefined;
    case op.join: // [11, id, topic, offset]
      if (size !== 4 || blob || !isPositive(item[2]) || !isCount(item[3])) return undefined;
      return { op: op.join, id, topic: item[2], offset: item[3] };
    case op.position: // [12, id] or [12, id, offset, count]
      if (blob) return undefined;
      if (size === 2) return { op: op.position, id, told: undefined };
      if (size !== 4 || !isCount(item[2]) || !isCount(item[3])) return undefined;
      return { op: op.position, id, told: { offset: item[2], count: item[3] } };
    case op.mark: // [13, id, eventId]
      if (size !== 3 || blob || !isEventId(item[2]) || item[2] === null) return undefined;
      return { op: op.mark, id, eventId: item[2] };
    default:
      return undefined;
  }
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

function readPart(item: unknown, blob: Uint8Array | undefined): PartFrame | undefined {
  if (!Array.isArray(item) || item.length !== 3) return undefined;
  const [kind, id, left] = item; // [10, id, left]
  if (kind !== op.part || !isPositive(id) || !isPositive(left) || blob === undefined) return undefined;
  return blob.length <= left ? { op: op.part, id, left, blob } : undefined;
}

function readSubscribe(item: unknown[], id: number, blob: Uint8Array | undefined): Frame | undefined {
  const [, , , , , credit, lastEventId, input] = item;
  if (!isOpening(item) || !isCount(credit) || !isEventId(lastEventId)) return undefined;
  return {
    op: op.subscribe,
    id,
    path: item[2],
    timeoutMs: item[3],
    meta: item[4] ?? undefined,
    credit,
    lastEventId: lastEventId ?? undefined,
    input,
    blob,
  };
}

function readGreeting(head: unknown, items: unknown[]): Hello | Welcome | Goodbye | Renew | Invalidate | Violation {
  const body: unknown = items[1];
  if (items.length === 2 && isRecord(body)) {
    if (head === "hello" && isHello(body)) return { ...body, type: "hello" };
    if (head === "welcome" && isWelcome(body)) return { ...body, type: "welcome" };
    if (head === "goodbye" && isCount(body.spreadMs)) return { type: "goodbye", spreadMs: body.spreadMs };
    if (head === "renew") return { type: "renew", auth: body.auth };
    if (head === "invalidate" && isTags(body.tags)) return { type: "invalidate", tags: body.tags };
  }
  return violation("unknownMessage");
}

type Fields = Readonly<Record<string, unknown>>;
type Opening = { 2: string; 3: number; 4: Meta | null };

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
const isPositive = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isEventId = (value: unknown): value is string | null =>
  value === null || (typeof value === "string" && value.length <= EVENT_ID_LENGTH);
const isOpening = (item: unknown[]): item is unknown[] & Opening =>
  typeof item[2] === "string" && isCount(item[3]) && (item[4] === null || isRecord(item[4]));

const isWireError = (value: unknown): value is WireError =>
  isRecord(value) &&
  typeof value.code === "string" &&
  typeof value.message === "string" &&
  (value.errorId === undefined || typeof value.errorId === "string") &&
  (value.refused === undefined || value.refused === true);

const isPeerLimits = (value: unknown): value is PeerLimits =>
  isRecord(value) &&
  isPositive(value.messageBytes) &&
  value.messageBytes >= MIN_MESSAGE_BYTES &&
  isPositive(value.valueBytes) &&
  isPositive(value.batchFrames) &&
  isPositive(value.calls) &&
  isPositive(value.subscriptions) &&
  isPositive(value.creditMaxEvents) &&
  isPositive(value.upstreamBytes) &&
  isPositive(value.upstreams);

const isTags = (value: unknown): value is string[] | null =>
  value === null || (Array.isArray(value) && value.every((tag) => typeof tag === "string"));

const isHello = (body: Fields): body is Fields & Omit<Hello, "type"> =>
  typeof body.contract === "string" &&
  (body.serves === undefined || (typeof body.serves === "string" && body.serves.length <= HASH_LENGTH)) &&
  (body.caches === undefined || typeof body.caches === "boolean") &&
  (body.session === undefined || typeof body.session === "string") &&
  isCount(body.received) &&
  isPeerLimits(body.limits);

const isWelcome = (body: Fields): body is Fields & Omit<Welcome, "type"> =>
  typeof body.session === "string" &&
  typeof body.resumed === "boolean" &&
  isCount(body.received) &&
  typeof body.contract === "string" &&
  isPositive(body.heartbeatMs) &&
  isCount(body.resumeMs) &&
  isCount(body.spreadMs) &&
  isPeerLimits(body.limits);

/**
 * Reads one frame: a positional array of a known op and exactly its fields. It may have a blob where it has a value that
 * can speak of bytes, and nowhere else.
 *
 * @see PROTOCOL.md section 4
 */
import { decoded } from "./envelope.js";
import { type Frame, type Meta, op, type PartFrame, type WireError } from "./frame.js";
import type { Limits } from "./limits.js";
import { parseArray } from "./parse-array.js";
import { isCount, isEventId, isPositive, isRecord } from "./shapes.js";
import { type Violation, violation } from "./violation.js";

/** A frame that came in parts. */
export interface Joined {
  readonly json: Uint8Array;
  /** In memory of its own. */
  readonly blob: Uint8Array;
}

/** Reads a frame that came in parts. Its text is held to what a message is held to. */
export function parseFrame(
  { json, blob }: Joined,
  limits: Pick<Limits, "messageBytes" | "jsonDepth">,
): Frame | Violation {
  if (json.length > limits.messageBytes) {
    return violation("partsJsonTooLarge", "tooLarge");
  }
  const text = decoded(json);
  if (text === undefined) return violation("partsNoText");
  const item = parseArray(text, { ...limits, jsonDepth: limits.jsonDepth - 1 });
  if (!Array.isArray(item)) return item;
  const frame = readFrame(item, blob.length === 0 ? undefined : blob);
  return frame ?? violation("partsUnknownFrame");
}

export function readFrame(item: unknown, blob: Uint8Array | undefined): Frame | undefined {
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

/** A piece of a large frame, which never comes without a blob. */
export function readPart(item: unknown, blob: Uint8Array | undefined): PartFrame | undefined {
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

type Opening = { 2: string; 3: number; 4: Meta | null };

const isOpening = (item: unknown[]): item is unknown[] & Opening =>
  typeof item[2] === "string" && isCount(item[3]) && (item[4] === null || isRecord(item[4]));

const isWireError = (value: unknown): value is WireError =>
  isRecord(value) &&
  typeof value.code === "string" &&
  typeof value.message === "string" &&
  (value.errorId === undefined || typeof value.errorId === "string") &&
  (value.refused === undefined || value.refused === true);

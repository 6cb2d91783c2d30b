/**
 * From message to text. Values arrive here as JSON text already: each is encoded once, when it is given to us, and kept
 * as it is for sending and for replay. What has bytes brings them along as a blob.
 *
 * @see PROTOCOL.md sections 3 and 4
 */
import { type Encoded, type EncodedFrame, frameText, WithBlob, type Written } from "./blob.js";
import { opening } from "./envelope.js";
import type { WireError } from "./frame.js";
import { op } from "./frame.js";
import type { Goodbye, Hello, Invalidate, Renew, Welcome } from "./greeting.js";

/** A value as JSON text; undefined for what JSON has no word for. */
export type Json = string | undefined;

/** `[1, id, path, timeoutMs, meta | null, input?]`. `path` and `meta` are JSON text. */
export function callFrame(id: number, path: string, timeoutMs: number, meta: string, input: Json): string;
export function callFrame(id: number, path: string, timeoutMs: number, meta: string, input: Encoded): EncodedFrame;
export function callFrame(id: number, path: string, timeoutMs: number, meta: string, input: Encoded): EncodedFrame {
  return frame(`[${op.call},${id},${path},${timeoutMs},${meta}${last(input)}`, input);
}

/** What opens a stream beside what opens a call. `lastEventId` is JSON text or `null`. */
export interface StreamOpening {
  readonly credit: number;
  readonly lastEventId: string | undefined;
}

/** `[2, id, path, timeoutMs, meta | null, credit, lastEventId | null, input?]` */
export function subscribeFrame(
  id: number,
  path: string,
  timeoutMs: number,
  meta: string,
  stream: StreamOpening,
  input: Json,
): string;
export function subscribeFrame(
  id: number,
  path: string,
  timeoutMs: number,
  meta: string,
  stream: StreamOpening,
  input: Encoded,
): EncodedFrame;
export function subscribeFrame(
  id: number,
  path: string,
  timeoutMs: number,
  meta: string,
  stream: StreamOpening,
  input: Encoded,
): EncodedFrame {
  const lastEventId = text(stream.lastEventId);
  return frame(
    `[${op.subscribe},${id},${path},${timeoutMs},${meta},${stream.credit},${lastEventId}${last(input)}`,
    input,
  );
}

/** `[3, id]` */
export function cancelFrame(id: number): string {
  return `[${op.cancel},${id}]`;
}

/** `[4, id, limit]` */
export function creditFrame(id: number, limit: number): string {
  return `[${op.credit},${id},${limit}]`;
}

/** `[5, id, value?]` */
export function resultFrame(id: number, value: Json): string;
export function resultFrame(id: number, value: Encoded): EncodedFrame;
export function resultFrame(id: number, value: Encoded): EncodedFrame {
  return frame(`[${op.result},${id}${last(value)}`, value);
}

/** `[6, id, error]`. `blob`: the bytes that its data speaks of. */
export function errorFrame(id: number, error: WireError): string;
export function errorFrame(id: number, error: WireError, blob: Uint8Array | undefined): EncodedFrame;
export function errorFrame(id: number, error: WireError, blob?: Uint8Array): EncodedFrame {
  const text = `[${op.error},${id},${JSON.stringify(error)}]`;
  return blob === undefined || blob.length === 0 ? text : new WithBlob(text, blob);
}

/** `[7, id, eventId | null, value?]` */
export function eventFrame(id: number, eventId: string | undefined, value: Json): string;
export function eventFrame(id: number, eventId: string | undefined, value: Encoded): EncodedFrame;
export function eventFrame(id: number, eventId: string | undefined, value: Encoded): EncodedFrame {
  return frame(`[${op.event},${id},${text(eventId)}${last(value)}`, value);
}

/** `[8, id, offset?]` */
export function endFrame(id: number, offset?: number): string {
  return offset === undefined ? `[${op.end},${id}]` : `[${op.end},${id},${offset}]`;
}

/** `[9, id, reason]` */
export function gapFrame(id: number, reason: string): string {
  return `[${op.gap},${id},${text(reason)}]`;
}

/** `[11, id, topic, offset]` */
export function joinFrame(id: number, topic: number, offset: number): string {
  return `[${op.join},${id},${topic},${offset}]`;
}

/** `[12, id]`: a question. */
export function askFrame(id: number): string {
  return `[${op.position},${id}]`;
}

/** `[12, id, offset, count]`: its answer. */
export function positionFrame(id: number, offset: number, count: number): string {
  return `[${op.position},${id},${offset},${count}]`;
}

/** `[13, id, eventId]` */
export function markFrame(id: number, eventId: string): string {
  return `[${op.mark},${id},${text(eventId)}]`;
}

/** `[eventId, value?]`, in a message of {@link topicEvents}. */
export function topicItem(eventId: string, value: Json): string {
  return `[${text(eventId)}${last(value)}`;
}

/** `["events", topic, from, to, [eventId, value?], …]` */
export function topicEvents(topic: number, from: number, to: number, items: readonly string[]): string {
  return `["events",${topic},${from},${to},${items.join(",")}]`;
}

/** `[10, id, left]` with its piece. */
export function partFrame(id: number, left: number, piece: Uint8Array): WithBlob {
  return new WithBlob(`[${op.part},${id},${left}]`, piece);
}

/** `[[seq, ack], frame, …]`, or, where a frame has a blob, the binary message of `[[seq, ack, lengths], frame, …]`. */
export function batch(seq: number, ack: number, frames: readonly string[]): string;
export function batch(seq: number, ack: number, frames: readonly EncodedFrame[]): Written;
export function batch(seq: number, ack: number, frames: readonly EncodedFrame[]): Written {
  for (const one of frames) if (typeof one !== "string") return binaryBatch(seq, ack, frames);
  return frames.length === 0 ? `[[${seq},${ack}]]` : `[[${seq},${ack}],${frames.join(",")}]`;
}

function binaryBatch(seq: number, ack: number, frames: readonly EncodedFrame[]): Uint8Array[] {
  const lengths = frames.map((one) => (typeof one === "string" ? 0 : one.blob.length));
  const blobs = frames.flatMap((one) => (typeof one === "string" ? [] : [one.blob]));
  return [opening(`[[${seq},${ack},[${lengths}]],${frames.map(frameText).join(",")}]`), ...blobs];
}

/** `["hello", {…}]`, `["welcome", {…}]`, `["goodbye", {…}]`, `["renew", {…}]` or `["invalidate", {…}]` */
export function greeting(message: Hello | Welcome | Goodbye | Renew | Invalidate): string {
  const { type, ...body } = message;
  return JSON.stringify([type, body]);
}

const text = (value: string | undefined) => (value === undefined ? "null" : JSON.stringify(value));
const last = (value: Encoded) => (value === undefined ? "]" : `,${frameText(value)}]`);
/** A value without bytes leaves a frame without a blob: an empty one would say nothing. */
const frame = (json: string, value: Encoded): EncodedFrame =>
  typeof value === "object" && value.blob.length > 0 ? new WithBlob(json, value.blob) : json;

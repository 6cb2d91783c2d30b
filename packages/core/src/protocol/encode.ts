/**
 * From message to text. Values arrive here as JSON text already: each is encoded once, when it is given to us, and kept
 * as it is for sending and for replay.
 *
 * @see PROTOCOL.md sections 3 and 4
 */
import type { Goodbye, Hello, Renew, Welcome, WireError } from "./message.js";
import { op } from "./message.js";

/** A value as JSON text; undefined for what JSON has no word for. */
export type Json = string | undefined;

/** `[1, id, path, timeoutMs, meta | null, input?]`. `path` and `meta` are JSON text. */
export function callFrame(id: number, path: string, timeoutMs: number, meta: string, input: Json): string {
  return `[${op.call},${id},${path},${timeoutMs},${meta}${last(input)}`;
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
): string {
  const lastEventId = text(stream.lastEventId);
  return `[${op.subscribe},${id},${path},${timeoutMs},${meta},${stream.credit},${lastEventId}${last(input)}`;
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
export function resultFrame(id: number, value: Json): string {
  return `[${op.result},${id}${last(value)}`;
}

/** `[6, id, error]` */
export function errorFrame(id: number, error: WireError): string {
  return `[${op.error},${id},${JSON.stringify(error)}]`;
}

/** `[7, id, eventId | null, value?]` */
export function eventFrame(id: number, eventId: string | undefined, value: Json): string {
  return `[${op.event},${id},${text(eventId)}${last(value)}`;
}

/** `[8, id]` */
export function endFrame(id: number): string {
  return `[${op.end},${id}]`;
}

/** `[9, id, reason]` */
export function gapFrame(id: number, reason: string): string {
  return `[${op.gap},${id},${text(reason)}]`;
}

/** `[[seq, ack], frame, …]` */
export function batch(seq: number, ack: number, frames: readonly string[]): string {
  return frames.length === 0 ? `[[${seq},${ack}]]` : `[[${seq},${ack}],${frames.join(",")}]`;
}

/** `["hello", {…}]`, `["welcome", {…}]`, `["goodbye", {…}]` or `["renew", {…}]` */
export function greeting(message: Hello | Welcome | Goodbye | Renew): string {
  const { type, ...body } = message;
  return JSON.stringify([type, body]);
}

const text = (value: string | undefined) => (value === undefined ? "null" : JSON.stringify(value));
const last = (value: Json) => (value === undefined ? "]" : `,${value}]`);

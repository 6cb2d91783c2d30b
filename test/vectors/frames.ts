/** Frames and messages as the vectors write them (PROTOCOL.md section 10), to and from what the code has. */
import {
  askFrame,
  type Batch,
  batch,
  callFrame,
  cancelFrame,
  creditFrame,
  type Data,
  type EncodedFrame,
  endFrame,
  errorFrame,
  eventFrame,
  type Frame,
  gapFrame,
  greeting,
  joinFrame,
  type Message,
  markFrame,
  op,
  type PartFrame,
  positionFrame,
  resultFrame,
  subscribeFrame,
  topicEvents,
  topicItem,
  WithBlob,
  whole,
} from "@trunkline/core/internal";
import { present } from "./script.js";

/** A message with its blobs in hexadecimal. */
export type PlainMessage =
  | Exclude<Message, Batch>
  | (Omit<Batch, "frames"> & { readonly frames: readonly PlainFrame[] });
type PlainFrame = (Frame | PartFrame) & { readonly blob?: string };

/** A parsed message without the members that are undefined. */
export function plainMessage(message: Message): Record<string, unknown> {
  if (message.type === "events") return { ...message, items: message.items.map((item) => present({ ...item })) };
  if (message.type !== "batch") return present({ ...message });
  return { ...message, frames: message.frames.map(plainFrame) };
}

function plainFrame(frame: Frame | PartFrame): Record<string, unknown> {
  if (frame.op !== op.position) return present({ ...frame, ...plainBlob(frame) });
  return { op: frame.op, id: frame.id, ...frame.told };
}

/** What the code sends for a message. */
export function encodingOf(message: PlainMessage): Data {
  if (message.type === "events") {
    const { topic, from, to, items } = message;
    return topicEvents(
      topic,
      from,
      to,
      items.map(({ eventId, value }) => topicItem(eventId, jsonOf(value))),
    );
  }
  if (message.type !== "batch") return greeting(message);
  return whole(batch(message.seq, message.ack, message.frames.map(encodedFrame)));
}

export function bytesOf(hexadecimal: string): Uint8Array {
  return new Uint8Array(Buffer.from(hexadecimal, "hex"));
}

function plainBlob(frame: Frame | PartFrame): { readonly blob?: string } {
  const blob = "blob" in frame ? frame.blob : undefined;
  return blob === undefined ? {} : { blob: Buffer.from(blob).toString("hex") };
}

function encodedFrame({ blob, ...frame }: PlainFrame): EncodedFrame {
  const text = frameText(frame as Frame | PartFrame);
  return blob === undefined ? text : new WithBlob(text, bytesOf(blob));
}

function frameText(frame: Frame | PartFrame): string {
  switch (frame.op) {
    case op.call:
      return callFrame(frame.id, json(frame.path), frame.timeoutMs, json(frame.meta ?? null), jsonOf(frame.input));
    case op.subscribe: {
      const { id, path, timeoutMs, meta = null, credit, lastEventId, input } = frame;
      return subscribeFrame(id, json(path), timeoutMs, json(meta), { credit, lastEventId }, jsonOf(input));
    }
    case op.cancel:
      return cancelFrame(frame.id);
    case op.credit:
      return creditFrame(frame.id, frame.limit);
    case op.result:
      return resultFrame(frame.id, jsonOf(frame.value));
    case op.error:
      return errorFrame(frame.id, frame.error);
    case op.event:
      return eventFrame(frame.id, frame.eventId, jsonOf(frame.value));
    case op.end:
      return endFrame(frame.id, frame.offset);
    case op.gap:
      return gapFrame(frame.id, frame.reason);
    case op.part:
      return json([frame.op, frame.id, frame.left]);
    case op.join:
      return joinFrame(frame.id, frame.topic, frame.offset);
    case op.mark:
      return markFrame(frame.id, frame.eventId);
    case op.position: {
      // In the vectors' form, which has no member in between.
      const { id, offset, count } = frame as { readonly id: number; readonly offset?: number; readonly count?: number };
      return offset === undefined || count === undefined ? askFrame(id) : positionFrame(id, offset, count);
    }
  }
}

const json = (value: unknown): string => JSON.stringify(value);
const jsonOf = (value: unknown): string | undefined => JSON.stringify(value);

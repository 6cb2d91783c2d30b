import { describe, expect, it } from "vitest";
import * as encode from "./encode.js";
import { type Frame, op } from "./frame.js";
import { defaultLimits, peerLimits } from "./limits.js";
import type { Message } from "./message.js";
import { parse } from "./parse.js";

/** Encodes a frame as its sender would. */
function encoded(frame: Frame): string {
  switch (frame.op) {
    case op.call:
      return encode.callFrame(frame.id, json(frame.path), frame.timeoutMs, json(frame.meta ?? null), json(frame.input));
    case op.subscribe: {
      const { id, path, timeoutMs, meta, credit, lastEventId, input } = frame;
      return encode.subscribeFrame(id, json(path), timeoutMs, json(meta ?? null), { credit, lastEventId }, json(input));
    }
    case op.cancel:
      return encode.cancelFrame(frame.id);
    case op.credit:
      return encode.creditFrame(frame.id, frame.limit);
    case op.result:
      return encode.resultFrame(frame.id, json(frame.value));
    case op.error:
      return encode.errorFrame(frame.id, frame.error);
    case op.event:
      return encode.eventFrame(frame.id, frame.eventId, json(frame.value));
    case op.end:
      return encode.endFrame(frame.id, frame.offset);
    case op.gap:
      return encode.gapFrame(frame.id, frame.reason);
    case op.join:
      return encode.joinFrame(frame.id, frame.topic, frame.offset);
    case op.mark:
      return encode.markFrame(frame.id, frame.eventId);
    case op.position: {
      const { id, told } = frame;
      return told === undefined ? encode.askFrame(id) : encode.positionFrame(id, told.offset, told.count);
    }
  }
}

const json = (value: unknown) => JSON.stringify(value);

const values = [undefined, null, 0, "", "]", '"\\', "\u2028€😀", "\ud800", [], [[]], {}, { a: [1, { b: null }] }];
const ids = [1, 2, Number.MAX_SAFE_INTEGER];
const texts = ["", "a.b", '"', "\\", "\n", "€", "\udc00", "__proto__"];

const frames: Frame[] = [
  ...values.map((input): Frame => ({ op: op.call, id: 1, path: "a.b", timeoutMs: 0, meta: undefined, input })),
  ...texts.map((path): Frame => ({ op: op.call, id: 1, path, timeoutMs: 30_000, meta: { [path]: path }, input: path })),
  ...values.map(
    (input): Frame => ({
      ...{ op: op.subscribe, id: 3, path: "a", timeoutMs: 1, meta: { b: 1 }, credit: 64, lastEventId: undefined },
      input,
    }),
  ),
  ...texts.map(
    (lastEventId): Frame => ({
      ...{ op: op.subscribe, id: 3, path: "a", timeoutMs: 0, meta: undefined, credit: 1, lastEventId },
      input: undefined,
    }),
  ),
  ...ids.map((id): Frame => ({ op: op.cancel, id })),
  ...ids.map((id): Frame => ({ op: op.credit, id, limit: id })),
  ...ids.map((id): Frame => ({ op: op.end, id })),
  ...ids.map((id): Frame => ({ op: op.end, id, offset: id })),
  ...values.map((value): Frame => ({ op: op.result, id: 2, value })),
  ...values.map((value): Frame => ({ op: op.event, id: 2, eventId: undefined, value })),
  ...texts.map((eventId): Frame => ({ op: op.event, id: 2, eventId, value: eventId })),
  ...texts.map((reason): Frame => ({ op: op.gap, id: 2, reason })),
  ...ids.map((id): Frame => ({ op: op.join, id, topic: id, offset: id })),
  { op: op.join, id: 1, topic: 1, offset: 0 },
  ...ids.map((id): Frame => ({ op: op.position, id, told: undefined })),
  ...ids.map((id): Frame => ({ op: op.position, id, told: { offset: id, count: 0 } })),
  ...texts.map((message): Frame => ({ op: op.error, id: 2, error: { code: "INTERNAL", message } })),
  {
    op: op.error,
    id: 2,
    error: { code: "FULL", message: "", data: { a: null }, errorId: "e", refused: true as const },
  },
].filter((frame) => !("meta" in frame && frame.meta !== undefined && Object.hasOwn(frame.meta, "__proto__")));

describe("a frame", () => {
  it.each(frames.map((frame) => [encoded(frame), frame] as const))("%s says what was meant", (text, frame) => {
    expect(parse(encode.batch(1, 0, [text]), defaultLimits)).toEqual({
      ...{ type: "batch", seq: 1, ack: 0 },
      frames: [frame],
    });
  });

  it("leaves out a value that JSON has no word for", () => {
    expect(encode.resultFrame(1, undefined)).toBe("[5,1]");
    expect(encode.resultFrame(1, "null")).toBe("[5,1,null]");
    expect(encode.eventFrame(1, undefined, undefined)).toBe("[7,1,null]");
    expect(encode.callFrame(1, '"a"', 0, "null", undefined)).toBe('[1,1,"a",0,null]');
  });
});

describe("a batch", () => {
  it("without frames is an acknowledgement", () => {
    expect(encode.batch(7, 5, [])).toBe("[[7,5]]");
    expect(parse("[[7,5]]", defaultLimits)).toEqual({ type: "batch", seq: 7, ack: 5, frames: [] });
  });

  it("keeps the order of its frames", () => {
    const text = encode.batch(1, 0, frames.map(encoded));
    expect(parse(text, defaultLimits)).toEqual({ type: "batch", seq: 1, ack: 0, frames });
  });
});

describe("a greeting", () => {
  const limits = peerLimits(defaultLimits);
  const welcome = {
    session: "t",
    resumed: true,
    received: 4,
    contract: "h",
    heartbeatMs: 25_000,
    spreadMs: 1_000,
    resumeMs: 60_000,
  };
  const greetings: Exclude<Message, { type: "batch" | "events" }>[] = [
    { type: "hello", contract: "h", received: 0, limits },
    { type: "hello", contract: "h", auth: { token: [null] }, session: "t", received: 7, limits },
    { type: "hello", contract: "", auth: null, received: Number.MAX_SAFE_INTEGER, limits },
    { type: "welcome", ...welcome, limits },
    { type: "welcome", ...welcome, resumed: false, received: 0, resumeMs: 0, limits },
    { type: "goodbye", spreadMs: 0 },
    { type: "goodbye", spreadMs: 5_000 },
  ];

  it.each(values)("events that carry %j say what was meant", (value) => {
    const items = texts.map((eventId) => encode.topicItem(eventId, json(value)));
    expect(parse(encode.topicEvents(3, 0, 9, items), defaultLimits)).toStrictEqual({
      type: "events",
      topic: 3,
      from: 0,
      to: 9,
      items: texts.map((eventId) => ({ eventId, value: value === undefined ? undefined : JSON.parse(json(value)!) })),
    });
  });

  it.each(greetings.map((message) => [encode.greeting(message), message] as const))(
    "%s says what was meant",
    (text, message) => {
      expect(parse(text, defaultLimits)).toEqual(message);
    },
  );
});

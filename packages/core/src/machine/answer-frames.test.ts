import { describe, expect, it } from "vitest";
import { WithBlob } from "../protocol/blob.js";
import { ENVELOPE_BYTES } from "../protocol/envelope.js";
import { op } from "../protocol/frame.js";
import { defaultLimits, type PeerLimits, peerLimits } from "../protocol/limits.js";
import { AnswerFrames } from "./answer-frames.js";
import { IncomingCall } from "./incoming-call.js";

function setUp(peer?: Partial<PeerLimits>) {
  const pushed: unknown[] = [];
  const oversized: number[] = [];
  const answers = new AnswerFrames<string>({
    session: { push: (...said) => void pushed.push(said) },
    emit: ({ call }) => void oversized.push(call.id),
  });
  if (peer !== undefined) answers.attached({ ...peerLimits(defaultLimits), ...peer });
  const rest = { path: "p", timeoutMs: 0, meta: undefined, input: 1 };
  const call = new IncomingCall<string>({ op: op.call, id: 1, ...rest }, Infinity);
  call.priority = "high";
  return { answers, call, pushed, oversized };
}

/** Of so many bytes, and fewer UTF-16 units. */
const text = (bytes: number) => "€".repeat(100) + "a".repeat(bytes - 300);

describe("a frame that answers", () => {
  it.each([
    ["messageBytes", 1_000 - 64],
    ["valueBytes", 1_000 - ENVELOPE_BYTES],
  ] as const)("is as large as the other end's %s allow: of 1,000 it has %d", (limit, most) => {
    const { answers, call, pushed, oversized } = setUp({ [limit]: 1_000 });
    expect(answers.push(call, text(most))).toBe(true);
    expect(pushed).toEqual([[text(most), 1, "high"]]);
    expect(answers.push(call, text(most + 1), "an event")).toBe(false);
    const error = '{"code":"INTERNAL","message":"an event was larger than its caller takes"}';
    expect(pushed.slice(1)).toEqual([[`[6,1,${error}]`, 1, "high"]]);
    expect(oversized).toEqual([1]);
  });

  it("counts the bytes that its value speaks of", () => {
    const { answers, call, oversized } = setUp({ valueBytes: 1_000 });
    const most = 500 - ENVELOPE_BYTES;
    expect(answers.push(call, new WithBlob(text(most), new Uint8Array(500)))).toBe(true);
    expect(answers.push(call, new WithBlob(text(most + 1), new Uint8Array(500)))).toBe(false);
    expect(oversized).toEqual([1]);
  });

  it("is of any size before the other end's limits are known", () => {
    const { answers, call, oversized } = setUp();
    expect([answers.push(call, text(1_000_000)), answers.messageBytes, oversized]).toEqual([true, Infinity, []]);
  });
});

describe("a mark", () => {
  it("that is too large is left out, and nobody is told", () => {
    const { answers, call, pushed, oversized } = setUp({ messageBytes: 1_000 });
    answers.mark(call, "e");
    answers.mark(call, "e".repeat(1_000));
    expect([pushed.length, oversized]).toEqual([1, []]);
  });
});

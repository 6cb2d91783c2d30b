import { describe, expect, it } from "vitest";
import { type EncodedFrame, joined, WithBlob, whole } from "./blob.js";
import { batch, callFrame, errorFrame, eventFrame, resultFrame, subscribeFrame } from "./encode.js";
import { opening, unseal } from "./envelope.js";
import { op } from "./frame.js";
import { defaultLimits } from "./limits.js";
import { parse } from "./parse.js";
import { isViolation } from "./violation.js";

const bytes = (...values: number[]) => new Uint8Array(values);
const value = (...values: number[]) => new WithBlob(`[0,${values.length}]`, bytes(...values));
const read = (...frames: EncodedFrame[]) => parse(whole(batch(1, 0, frames)), defaultLimits);

/** A binary message by hand. */
function message(json: string, ...tail: number[]): Uint8Array {
  return joined([opening(json), bytes(...tail)]);
}

describe("an envelope", () => {
  it("gives back what was put into it, wherever it begins in its memory", () => {
    const sealed = joined([opening('["é"]'), bytes(1, 2), bytes(3)]);
    const moved = new Uint8Array(sealed.length + 3);
    moved.set(sealed, 3);
    expect(unseal(moved.subarray(3))).toEqual({ text: '["é"]', bytes: bytes(1, 2, 3) });
  });

  it.each([
    ["nothing", bytes()],
    ["half a length", bytes(0, 0, 0)],
    ["a length beyond the end", bytes(0, 0, 0, 3, 91, 93)],
    ["a length of 4 GiB", bytes(255, 255, 255, 255, 91, 93)],
    ["JSON that is not UTF-8", bytes(0, 0, 0, 1, 255)],
  ])("refuses %s", (_, sealed) => {
    expect(unseal(sealed)).toBeUndefined();
  });
});

describe("a batch with bytes", () => {
  it("is binary, opens with its JSON, and ends with the blobs in the order of its frames", () => {
    const data = whole(batch(3, 2, ["[3,1]", resultFrame(5, value(7, 8)), "[8,3]", resultFrame(7, value(9))]));
    const json = "[[3,2,[0,2,0,1]],[3,1],[5,5,[0,2]],[8,3],[5,7,[0,1]]]";
    expect(unseal(data as Uint8Array)).toEqual({ text: json, bytes: bytes(7, 8, 9) });
  });

  it("is text where all blobs are empty", () => {
    expect(batch(1, 0, [resultFrame(1, new WithBlob("[0,0]", bytes()))])).toBe("[[1,0],[5,1,[0,0]]]");
    expect(batch(1, 0, [errorFrame(1, { code: "A", message: "" }, bytes())])).toMatch(/^\[\[1,0\]/);
  });

  it("gives each frame its own bytes", () => {
    const error = { code: "A", message: "m", data: [0, 1] };
    const parsed = read(
      callFrame(1, '"p"', 0, "null", value(1)),
      subscribeFrame(3, '"s"', 0, "null", { credit: 1, lastEventId: undefined }, value(2, 3)),
      "[3,1]",
      resultFrame(2, value(4)),
      errorFrame(4, error, bytes(5)),
      eventFrame(6, "e", value(6)),
    );
    expect(parsed).toEqual({
      type: "batch",
      seq: 1,
      ack: 0,
      frames: [
        { op: op.call, id: 1, path: "p", timeoutMs: 0, input: [0, 1], blob: bytes(1) },
        { op: op.subscribe, id: 3, path: "s", timeoutMs: 0, credit: 1, input: [0, 2], blob: bytes(2, 3) },
        { op: op.cancel, id: 1 },
        { op: op.result, id: 2, value: [0, 1], blob: bytes(4) },
        { op: op.error, id: 4, error, blob: bytes(5) },
        { op: op.event, id: 6, eventId: "e", value: [0, 1], blob: bytes(6) },
      ],
    });
  });
});

describe("a binary message", () => {
  it.each([
    ["an array of nothing", message("[]", 1)],
    ["a hello", message('["hello",{}]', 1)],
    ["a head of two", message("[[1,0],[5,1]]", 1)],
    ["a head of four", message("[[1,0,[1],[1]],[5,1]]", 1)],
    ["lengths that are none", message("[[1,0,1],[5,1]]", 1)],
    ["too few lengths", message("[[1,0,[]],[5,1]]", 1)],
    ["too many lengths", message("[[1,0,[1,0]],[5,1]]", 1)],
    ["a negative length", message("[[1,0,[-1,2]],[5,1],[5,3]]", 1)],
    ["half a byte", message("[[1,0,[0.5,0.5]],[5,1],[5,3]]", 1)],
    ["a length as text", message('[[1,0,["1"]],[5,1]]', 1)],
    ["less than is announced", message("[[1,0,[2]],[5,1]]", 1)],
    ["more than is announced", message("[[1,0,[1]],[5,1]]", 1, 2)],
    ["no byte at all", message("[[1,0,[0]],[5,1]]")],
    ["no frame and no byte", message("[[1,0,[]]]")],
    ["a cancel with bytes", message("[[1,0,[1]],[3,1]]", 1)],
    ["credit with bytes", message("[[1,0,[1]],[4,1,1]]", 1)],
    ["an end with bytes", message("[[1,0,[1]],[8,1]]", 1)],
    ["a gap with bytes", message('[[1,0,[1]],[9,1,"r"]]', 1)],
    ["a byte order mark", message("\ufeff[[1,0,[1]],[5,1]]", 1)],
    ["what is not JSON", message("[[1,0,[1]],[5,1]", 1)],
    ["a key __proto__", message('[[1,0,[1]],[5,1,{"__proto__":1}]]', 1)],
    ["nesting too deep", message(`[[1,0,[1]],[5,1,${"[".repeat(64)}${"]".repeat(64)}]]`, 1)],
    ["text", new TextEncoder().encode("[[1,0],[5,1]]")],
  ])("of %s is a violation", (_, data) => {
    expect(parse(data, defaultLimits)).toMatchObject({ type: "violation", close: "protocol" });
  });

  it("of exactly messageBytes is read, and of one more is not", () => {
    const data = message("[[1,0,[1]],[5,1]]", 1);
    expect(isViolation(parse(data, { ...defaultLimits, messageBytes: data.length }))).toBe(false);
    const wrong = parse(data, { ...defaultLimits, messageBytes: data.length - 1 });
    expect(wrong).toMatchObject({ close: "tooLarge" });
  });

  it("has lengths in its head, and a text message does not", () => {
    expect(parse("[[1,0,[0]],[5,1]]", defaultLimits)).toMatchObject({ close: "protocol" });
  });

  it("broken anywhere is a message or a violation, never a throw", () => {
    const frames = [resultFrame(1, value(1, 2, 3)), "[3,1]", eventFrame(3, "é", value(4))];
    const sent = whole(batch(1, 0, frames)) as Uint8Array;
    const types = new Set<string>();
    for (let at = 0; at < sent.length; at++) {
      types.add(parse(sent.subarray(0, at), defaultLimits).type);
      for (const byte of [0, 1, 0x22, 0x39, 0x5b, 0x7f, 0xff]) {
        const broken = sent.slice();
        broken[at] = byte;
        types.add(parse(broken, defaultLimits).type);
      }
    }
    expect([...types].sort()).toEqual(["batch", "violation"]);
  });
});

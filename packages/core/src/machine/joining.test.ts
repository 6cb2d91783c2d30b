import { describe, expect, it } from "vitest";
import { joined } from "../protocol/blob.js";
import { opening } from "../protocol/envelope.js";
import { op, type PartFrame } from "../protocol/frame.js";
import type { Joined } from "../protocol/parse-frame.js";
import { Joining } from "./joining.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A frame of this JSON and these bytes, in parts of this many. */
function cut(id: number, json: string, bytes: ArrayLike<number>, size: number): PartFrame[] {
  const all = joined([opening(json), Uint8Array.from(bytes)]);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => {
    const at = index * size;
    return { op: op.part, id, left: all.length - at, blob: all.subarray(at, at + size) };
  });
}

const part = (id: number, left: number, length: number, fill = id): PartFrame => ({
  ...{ op: op.part, id, left },
  blob: new Uint8Array(length).fill(fill),
});

describe("parts that arrive", () => {
  it("are a frame when the last has come, whatever comes between", () => {
    const joining = new Joining(100);
    const [first, second] = cut(1, "[5,1,[0,2]]", [7, 8], 9);
    const [only] = cut(3, "[5,3]", [], 9);
    expect(joining.add(first!)).toBeUndefined();
    expect(joining.add(only!)).toEqual({ json: utf8("[5,3]"), blob: new Uint8Array(0) });
    expect([joining.has(1), joining.has(3)]).toEqual([true, false]);
    expect(joining.add(second!)).toEqual({ json: utf8("[5,1,[0,2]]"), blob: new Uint8Array([7, 8]) });
    expect(joining.size).toBe(0);
  });

  it.each([1, 2, 3, 4, 5, 15, 16, 17, 99])(
    "are the same frame when each has %d bytes, and its blob has memory of its own",
    (size) => {
      const joining = new Joining(100);
      const last = cut(1, "[5,1,[0,5]]", [1, 2, 3, 4, 5], size)
        .map((each) => joining.add(each))
        .at(-1);
      expect(last).toEqual({ json: utf8("[5,1,[0,5]]"), blob: new Uint8Array([1, 2, 3, 4, 5]) });
      expect((last as Joined).blob.buffer.byteLength).toBe(5);
    },
  );

  it("may be of a frame that is larger than what is held at first", () => {
    const joining = new Joining(2 ** 24);
    const bytes = Uint8Array.from({ length: 2 ** 21 + 7 }, (_, index) => index % 251);
    const last = cut(1, "[5,1]", bytes, 100_000)
      .map((each) => joining.add(each))
      .at(-1) as Joined;
    expect(last.json).toEqual(utf8("[5,1]"));
    expect(Buffer.compare(last.blob, bytes)).toBe(0);
  });

  it.each([
    ["has no room for the length of its JSON", [0, 0, 0]],
    ["is shorter than its JSON", [0, 0, 0, 3, 91, 93]],
  ])("of a frame that %s break off", (_, bytes) => {
    const wrong = new Joining(100).add({ op: op.part, id: 1, left: bytes.length, blob: new Uint8Array(bytes) });
    expect(wrong).toMatchObject({ type: "violation", close: "protocol" });
  });

  it.each([4, 2, 5])("break off what has %d left, where 3 are", (left) => {
    const joining = new Joining(100);
    joining.add(part(1, 5, 2));
    expect(joining.add(part(1, left, 1))).toMatchObject({ type: "violation", close: "protocol" });
  });

  it.each([
    [99, 1, undefined],
    [99, 2, "tooLarge"],
    [50, 50, undefined],
    [50, 51, "tooLarge"],
    [1, 2 ** 53 - 1, "tooLarge"],
  ])("that announce %d and %d are held to valueBytes together, here 100: %s", (one, other, close) => {
    const joining = new Joining(100);
    joining.add(part(1, one, 0));
    const answer = joining.add(part(3, other, 0));
    expect(answer !== undefined && "close" in answer ? answer.close : undefined).toBe(close);
  });

  it("give their room back when they are not wanted any more", () => {
    const joining = new Joining(100);
    joining.add(part(1, 100, 1));
    joining.drop(1);
    joining.drop(99);
    expect([joining.has(1), joining.size]).toEqual([false, 0]);
    expect(joining.add(part(3, 100, 1))).toBeUndefined();
    joining.clear();
    expect(joining.add(part(5, 100, 1))).toBeUndefined();
  });

  it("that announce much are held as they come, and not before", () => {
    const joining = new Joining(64 * 1024 * 1024);
    joining.add(part(1, 64 * 1024 * 1024, 1));
    expect(joining.size).toBeLessThanOrEqual(256 * 1024);
  });
});

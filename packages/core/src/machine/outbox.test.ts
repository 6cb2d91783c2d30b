import { describe, expect, it } from "vitest";
import { WithBlob } from "../protocol/blob.js";
import { Cutting } from "./cutting.js";
import { Outbox } from "./outbox.js";

function outboxWith(...frames: string[]): Outbox {
  const outbox = new Outbox();
  for (const frame of frames) outbox.push(frame);
  return outbox;
}

describe("what is a view into a large frame", () => {
  it("keeps no more of it than it is, once the rest is not wanted", () => {
    const blob = Uint8Array.from({ length: 10_000 }, (_, index) => index);
    const [cutting, other] = [new Cutting(1, new WithBlob("[5,1,[0,10000]]", blob)), new Cutting(3, "[5,3,2]")];
    const outbox = new Outbox();
    for (const most of [100, 40]) outbox.push(cutting.next(most));
    outbox.push(other.next(100));
    outbox.push("[3,5]");
    const before = [1, 2, 3, 4].map((number) => outbox.at(number));
    outbox.keepApart(cutting);
    const after = [1, 2, 3, 4].map((number) => outbox.at(number));
    expect(after).toEqual(before);
    expect(after.map((frame) => frame === before[after.indexOf(frame)])).toEqual([false, false, true, true]);
    const memories = after.map((frame) => (typeof frame === "string" ? 0 : frame.blob.buffer.byteLength));
    expect(memories.slice(0, 2)).toEqual(before.slice(0, 2).map((frame) => (frame as WithBlob).blobBytes));
  });
});

describe("an outbox", () => {
  it("begins empty", () => {
    const outbox = new Outbox();
    expect([outbox.sent, outbox.acknowledged, outbox.size]).toEqual([0, 0, 0]);
    expect(outbox.acknowledge(0)).toBe(true);
    expect(outbox.acknowledge(1)).toBe(false);
  });

  it("numbers what is sent from 1 and holds it", () => {
    const outbox = outboxWith("a", "bb", "ccc");
    expect([1, 2, 3].map((number) => outbox.at(number))).toEqual(["a", "bb", "ccc"]);
    expect([outbox.sent, outbox.acknowledged, outbox.size]).toEqual([3, 0, 6]);
  });

  it.each([
    [0, 3, 6],
    [1, 3, 5],
    [2, 3, 3],
    [3, 3, 0],
  ])("forgets the first %d when they are acknowledged, and no more", (count, sent, size) => {
    const outbox = outboxWith("a", "bb", "ccc");
    expect(outbox.acknowledge(count)).toBe(true);
    expect([outbox.acknowledged, outbox.sent, outbox.size]).toEqual([count, sent, size]);
    for (let number = count + 1; number <= sent; number++) expect(outbox.at(number)).toHaveLength(number);
  });

  it("changes nothing when more is acknowledged than was sent", () => {
    const outbox = outboxWith("a", "bb");
    expect(outbox.acknowledge(3)).toBe(false);
    expect([outbox.acknowledged, outbox.sent, outbox.size]).toEqual([0, 2, 3]);
  });

  it("changes nothing when less is acknowledged than before", () => {
    const outbox = outboxWith("a", "bb");
    outbox.acknowledge(2);
    expect(outbox.acknowledge(1)).toBe(true);
    expect([outbox.acknowledged, outbox.sent, outbox.size]).toEqual([2, 2, 0]);
  });

  it("numbers from 1 again when it begins anew", () => {
    const outbox = outboxWith("a", "bb");
    outbox.acknowledge(1);
    outbox.clear();
    expect([outbox.acknowledged, outbox.sent, outbox.size]).toEqual([0, 0, 0]);
    outbox.push("c");
    expect(outbox.at(1)).toBe("c");
  });

  it("agrees with a list that forgets nothing, whatever is sent and acknowledged", () => {
    const outbox = new Outbox();
    const all: string[] = [];
    let acknowledged = 0;
    for (let step = 0; step < 5_000; step++) {
      if (step % 7 < 4) {
        all.push(String(step));
        outbox.push(String(step));
      } else {
        acknowledged += (step * 31) % (all.length - acknowledged + 1);
        expect(outbox.acknowledge(acknowledged)).toBe(true);
      }
      const held = all.slice(acknowledged);
      expect(outbox.sent).toBe(all.length);
      expect(outbox.size).toBe(held.join("").length);
      expect(held.map((_, i) => outbox.at(acknowledged + 1 + i))).toEqual(held);
    }
  });
});

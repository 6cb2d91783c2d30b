import { describe, expect, it } from "vitest";
import { op, type PartFrame } from "../protocol/message.js";
import { Joining } from "./joining.js";

const part = (id: number, left: number, length: number, fill = id): PartFrame => ({
  ...{ op: op.part, id, left },
  blob: new Uint8Array(length).fill(fill),
});

describe("parts that arrive", () => {
  it("are a frame when the last has come, whatever comes between", () => {
    const joining = new Joining(100);
    expect(joining.add(part(1, 5, 2, 1))).toBeUndefined();
    expect(joining.add(part(3, 4, 4, 3))).toEqual(new Uint8Array([3, 3, 3, 3]));
    expect([joining.has(1), joining.has(3)]).toEqual([true, false]);
    expect(joining.add(part(1, 3, 3, 2))).toEqual(new Uint8Array([1, 1, 2, 2, 2]));
    expect(joining.size).toBe(0);
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

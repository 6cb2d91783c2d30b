import { describe, expect, it } from "vitest";
import { BlobReader } from "./blob.js";

describe("bytes that have arrived", () => {
  it.each([undefined, new Uint8Array(0)])("are each reader's own, also where there are none", (blob) => {
    const [one, other] = [new BlobReader(blob).read([0, 0]), new BlobReader(blob).read([0, 0])];
    structuredClone(one, { transfer: [one.buffer] });
    expect([one.buffer.byteLength, other.length]).toEqual([0, 0]);
    expect(() => other.slice()).not.toThrow();
    expect(() => new BlobReader(blob).read([0, 0]).slice()).not.toThrow();
  });

  it("are copied from a message, and not where they have memory of their own", () => {
    const whole = Uint8Array.of(1, 2, 3);
    expect(new BlobReader(whole).read([0, 3])).toBe(whole);
    const read = new BlobReader(whole.subarray(0, 2)).read([0, 2]);
    expect([[...read], read.buffer.byteLength]).toEqual([[1, 2], 2]);
  });
});

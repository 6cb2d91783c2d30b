import { describe, expect, it } from "vitest";
import { maskedFrame } from "./masked-frame.js";

/** Reads it as RFC 6455 section 5.2 draws it, byte by byte. */
function read(frame: Uint8Array): { readonly first: number; readonly isMasked: boolean; readonly payload: Uint8Array } {
  const bytes = Buffer.from(frame);
  const maskAt = 10;
  const length = Number(bytes.readBigUInt64BE(2));
  const payload = new Uint8Array(length);
  for (let at = 0; at < length; at++) payload[at] = bytes[maskAt + 4 + at]! ^ bytes[maskAt + (at % 4)]!;
  expect(bytes.length).toBe(maskAt + 4 + length);
  return { first: bytes[0]!, isMasked: bytes[1] === 255, payload };
}

const bytesOf = (length: number, seed: number) => Uint8Array.from({ length }, (_, index) => index * 31 + seed);

describe("a masked frame", () => {
  it.each([65_536, 65_537, 65_538, 65_539, 300_001])("of %d bytes is read as it was sent", (size) => {
    const bytes = bytesOf(size, 5);
    const { first, isMasked, payload } = read(maskedFrame([bytes], size));
    expect([first, isMasked]).toEqual([0x82, true]);
    expect(Buffer.compare(payload, bytes)).toBe(0);
  });

  it("puts pieces together, wherever they stand in their memory, and leaves them as they are", () => {
    const memory = bytesOf(70_000, 9);
    const pieces = [memory.subarray(1, 8), memory.subarray(0, 0), memory.subarray(10, 66_000), memory.subarray(69_999)];
    const before = memory.slice();
    const { payload } = read(maskedFrame(pieces, 65_998));
    expect(Buffer.compare(payload, Buffer.concat(pieces))).toBe(0);
    expect(Buffer.compare(memory, before)).toBe(0);
  });

  it("has another mask each time", () => {
    const bytes = bytesOf(65_536, 1);
    const masks = Array.from({ length: 20 }, () => maskedFrame([bytes], bytes.length).subarray(10, 14).join());
    expect(new Set(masks).size).toBeGreaterThan(18);
  });
});

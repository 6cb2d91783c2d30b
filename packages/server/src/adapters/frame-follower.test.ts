import { describe, expect, it } from "vitest";
import { FrameFollower } from "./frame-follower.js";

/** One masked frame of zeros. */
function frame(first: number, length: number): Buffer {
  const size = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.alloc(size + 4 + length);
  bytes[0] = first;
  bytes[1] = 128 | (size === 2 ? length : size === 4 ? 126 : 127);
  if (size === 4) bytes.writeUInt16BE(length, 2);
  if (size === 10) bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

const TEXT = 0x81;
const FIRST = 0x01;
const MORE = 0x00;
const LAST = 0x80;
const PING = 0x89;

function followed(...chunks: Uint8Array[]): Pick<FrameFollower, "frames" | "messages" | "unfinished"> {
  const follower = new FrameFollower();
  for (const chunk of chunks) follower.follow(chunk);
  const { frames, messages, unfinished } = follower;
  return { frames, messages, unfinished };
}

describe("FrameFollower", () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])("finds the end of a message of %d bytes", (length) => {
    const bytes = frame(TEXT, length);
    expect(followed(bytes)).toEqual({ frames: 1, messages: 1, unfinished: false });
    expect(followed(bytes.subarray(0, -1)).unfinished).toBe(true);
    expect(followed(Buffer.concat([bytes, frame(TEXT, 3)]))).toEqual({ frames: 2, messages: 2, unfinished: false });
  });

  it.each([TEXT, FIRST, PING])("finds the same in frames marked as compressed", (first) => {
    expect(followed(frame(first | 0x40, 200))).toEqual(followed(frame(first, 200)));
  });

  it("comes to the same however the bytes are cut", () => {
    const all = Buffer.concat([frame(TEXT, 200), frame(FIRST, 3), frame(PING, 5), frame(LAST, 70_000), frame(TEXT, 0)]);
    const expected = { frames: 5, messages: 3, unfinished: false };
    for (const size of [1, 2, 3, 7, 13, 1_000, all.length]) {
      const chunks = [];
      for (let at = 0; at < all.length; at += size) chunks.push(all.subarray(at, at + size));
      expect(followed(...chunks)).toEqual(expected);
    }
  });

  it("takes a message for unfinished until its last frame, whatever pings come between", () => {
    const pings = Array.from({ length: 10 }, () => frame(PING, 125));
    expect(followed(frame(FIRST, 3), ...pings, frame(MORE, 3))).toMatchObject({ messages: 0, unfinished: true });
    expect(followed(frame(FIRST, 3), ...pings, frame(LAST, 3))).toMatchObject({ messages: 1, unfinished: false });
  });

  it("F6: is not deceived by a message that begins in the same piece as another ends", () => {
    expect(followed(Buffer.concat([frame(TEXT, 10), frame(FIRST, 1)])).unfinished).toBe(true);
    expect(followed(Buffer.concat([frame(TEXT, 10), Buffer.from([TEXT])])).unfinished).toBe(true);
  });

  it("counts what belongs to messages, and no pings", () => {
    const follower = new FrameFollower();
    follower.follow(frame(PING, 125));
    expect(follower.messageBytes).toBe(0);
    follower.follow(frame(FIRST, 1_000));
    expect(follower.messageBytes).toBe(1_004);
  });
});

import { describe, expect, it } from "vitest";
import { UpstreamItems } from "./upstream-items.js";

const items = () =>
  new UpstreamItems({ take: () => {}, decline: () => {} }).open((_item, _index, blob) => blob as Uint8Array);

const read = async (from: UpstreamItems) => (await from.next()).value as Uint8Array;

describe("the bytes of an item", () => {
  it("do not keep the message they came in while they wait", async () => {
    const upstream = items();
    upstream.push([0, 2], Uint8Array.of(...new Array<number>(100).fill(7)).subarray(40, 42));
    const waited = await read(upstream);
    expect([...waited]).toEqual([7, 7]);
    expect(waited.buffer.byteLength).toBe(2);
  });

  it("are passed on as they are to whoever waits for them, and where they are most of their message", async () => {
    const upstream = items();
    const message = new Uint8Array(100);
    const asked = read(upstream);
    upstream.push([0, 2], message.subarray(0, 2));
    upstream.push([0, 90], message.subarray(10));
    expect((await asked).buffer).toBe(message.buffer);
    expect((await read(upstream)).buffer).toBe(message.buffer);
  });
});

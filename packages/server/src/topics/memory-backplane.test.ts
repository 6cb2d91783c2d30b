import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { conforms } from "../../test/backplane-conformance.js";
import type { Keep } from "./backplane.js";
import { MemoryBackplane } from "./memory-backplane.js";

const keep: Keep = { events: 100, bytes: 1_000, ageMs: 100 };

const textsOf = (backplane: MemoryBackplane, topic: string) =>
  backplane.read(topic, { limit: 100 }).entries.map(({ text }) => text);

describe("the memory backplane", () => {
  describe("is a backplane: it", () => {
    conforms({ create: () => new MemoryBackplane(), settle: () => new Promise(setImmediate), exact: true });
  });

  it("keeps as many topics as it may, and refuses one more until the events of one have aged", async () => {
    const clock = new VirtualClock();
    const backplane = new MemoryBackplane({ topics: 2, clock });
    await backplane.append("a", "1", { keep });
    clock.advance(50);
    await backplane.append("b", "2", { keep });
    await expect(backplane.append("c", "3", { keep })).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    clock.advance(50);
    await expect(backplane.append("c", "3", { keep })).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    clock.advance(1);
    await backplane.append("c", "3", { keep });
    expect([textsOf(backplane, "a"), textsOf(backplane, "b"), textsOf(backplane, "c")]).toEqual([[], ["2"], ["3"]]);
    expect(backplane.topics).toBe(2);
  });

  it.each([
    [11, ["1", "2", "3"], []],
    [6, ["2", "3"], ["a"]],
  ])("keeps %i bytes: whoever was idle longest gives way, and its followers hear of it", async (bytes, left, gone) => {
    const backplane = new MemoryBackplane({ bytes });
    const heard: string[] = [];
    const follower = (topic: string) => ({
      entry: () => {},
      dropped: () => void heard.push(topic),
      lost: () => {},
      failed: () => {},
    });
    for (const topic of ["a", "b", "c"]) {
      backplane.follow(topic, { epoch: backplane.read(topic, { limit: 0 }).epoch, offset: 0 }, follower(topic));
    }
    await backplane.append("a", "1", { keep });
    await backplane.append("b", "2", { keep });
    await backplane.append("c", "3", { keep });
    for (const text of ["4", "5", "6", "7"]) await backplane.append("c", text, { keep });
    const texts = ["a", "b", "c"].flatMap((topic) => textsOf(backplane, topic));
    expect(texts).toEqual([...left, "4", "5", "6", "7"]);
    expect(heard).toEqual(gone);
  });

  it("keeps to its bytes with one topic too", async () => {
    const backplane = new MemoryBackplane({ bytes: 2 });
    for (const text of ["1", "2", "3"]) await backplane.append("a", text, { keep });
    expect(textsOf(backplane, "a")).toEqual(["2", "3"]);
    await backplane.append("a", "too large", { keep });
    expect(textsOf(backplane, "a")).toEqual([]);
  });

  it("remembers nothing of a topic it has forgotten but that somebody may have missed something", async () => {
    const clock = new VirtualClock();
    const backplane = new MemoryBackplane({ topics: 1, clock });
    const { offset } = await backplane.append("a", "1", { keep });
    clock.advance(101);
    await backplane.append("b", "2", { keep });
    expect(backplane.read("a", { limit: 100 })).toMatchObject({ start: offset, end: offset, entries: [] });
    expect(backplane.topics).toBe(1);
  });
});

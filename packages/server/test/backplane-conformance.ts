/**
 * What every backplane must do, whatever engine it stands on: run it against a fresh one. Nothing here asks for more than
 * the interface says, so offsets may have holes and trimming may be late where `exact` is not set.
 */
import { expect, it } from "vitest";
import type { Backplane, Entry, Follower, Keep, Position } from "../src/topics/backplane.js";

export interface ConformanceOptions {
  /** Makes a backplane with nothing in it. */
  create(): Backplane | Promise<Backplane>;
  /** Lets what is under way arrive. */
  settle(): Promise<void>;
  /** Trims to the bounds at once, and not when it suits the engine. */
  readonly exact: boolean;
}

const keep: Keep = { events: 100, bytes: 10_000, ageMs: 60_000 };

/** A follower that remembers. */
class Ear implements Follower {
  readonly entries: Entry[] = [];
  readonly heard: string[] = [];

  entry(entry: Entry): void {
    this.entries.push(entry);
    this.heard.push(entry.text);
  }
  dropped(): void {
    this.heard.push("dropped");
  }
  lost(): void {
    this.heard.push("lost");
  }
  failed(): void {
    this.heard.push("failed");
  }
}

/** Declares the tests; call it in a `describe`. */
export function conforms({ create, settle, exact }: ConformanceOptions): void {
  const setUp = async () => {
    const backplane = await create();
    return {
      backplane,
      append: async (topic: string, ...texts: string[]): Promise<Position[]> => {
        const positions: Position[] = [];
        for (const text of texts) positions.push(await backplane.append(topic, text, { keep }));
        return positions;
      },
      read: async (topic: string, limit = 100) => await backplane.read(topic, { limit }),
      texts: async (topic: string) => (await backplane.read(topic, { limit: 100 })).entries.map(({ text }) => text),
    };
  };

  it("gives entries positions that grow in one epoch, and reads them in that order", async () => {
    const { append, read } = await setUp();
    const positions = await append("t", "1", "2", "3");
    const offsets = positions.map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets].sort((one, other) => one - other));
    expect(new Set(offsets).size).toBe(3);
    const page = await read("t");
    expect(page.entries.map(({ text, offset }) => [text, offset])).toEqual([
      ["1", offsets[0]],
      ["2", offsets[1]],
      ["3", offsets[2]],
    ]);
    expect(new Set([page.epoch, ...positions.map(({ epoch }) => epoch)]).size).toBe(1);
    expect(page.epoch).toMatch(/^\w{1,64}$/);
    expect(page.end).toBe(offsets[2]);
    expect(page.start).toBeLessThan(offsets[0]!);
  });

  it("keeps every text as it is", async () => {
    const { append, texts } = await setUp();
    const strange = ["", " ", '{"a":"\\u0000"}', "\u2028", "😀", "*", "x".repeat(5_000), "\r\n"];
    await append("t", ...strange);
    expect(await texts("t")).toEqual(strange);
  });

  it("B6: keeps topics apart, whatever their names have in common", async () => {
    const { append, texts } = await setUp();
    const names = ["a", "a.b", "a.=", "a._", "a.=002a", "a.=003e", "A", "a.B"];
    for (const name of names) await append(name, name);
    for (const name of names) expect(await texts(name)).toEqual([name]);
  });

  it("creates nothing by reading or following: a topic nobody knows is empty and has its ends", async () => {
    const { backplane, read, append } = await setUp();
    const { start, end, entries, epoch } = await read("unknown");
    expect(entries).toEqual([]);
    expect(end).toBe(start);
    const ear = new Ear();
    const stop = backplane.follow("unknown", { epoch, offset: end }, ear);
    await append("unknown", "first");
    await settle();
    expect(ear.heard).toEqual(["first"]);
    stop();
  });

  it("reads the latest entries, and those before an offset", async () => {
    const { backplane, append } = await setUp();
    const positions = await append("t", "1", "2", "3", "4");
    const read = async (limit: number, before?: number) =>
      (await backplane.read("t", { limit, before })).entries.map(({ text }) => text);
    expect(await read(2)).toEqual(["3", "4"]);
    expect(await read(2, positions[2]!.offset)).toEqual(["1", "2"]);
    expect(await read(100, positions[1]!.offset)).toEqual(["1"]);
    expect([await read(0), await read(5, 0)]).toEqual([[], []]);
  });

  it("drops the oldest beyond the count, and says from where on it has everything", async () => {
    const { backplane, read } = await setUp();
    const positions: Position[] = [];
    for (const text of ["1", "2", "3", "4"]) {
      positions.push(await backplane.append("t", text, { keep: { ...keep, events: 2 } }));
    }
    const { entries, start } = await read("t");
    const kept = entries.map(({ text }) => text);
    expect(kept.slice(-2)).toEqual(["3", "4"]);
    if (exact) expect(kept).toEqual(["3", "4"]);
    // Whoever stands before `start` is told of a gap: at the latest it is just before the first entry that is kept.
    expect(start).toBeLessThan(entries[0]!.offset);
    if (!kept.includes("2")) expect(start).toBeGreaterThanOrEqual(positions[1]!.offset);
  });

  it("lets an entry replace the earlier one of its key, and of no other", async () => {
    const { backplane, read } = await setUp();
    for (const [text, key] of [
      ["a1", "a"],
      ["b1", "b"],
      ["none", undefined],
      ["a2", "a"],
    ] as const) {
      await backplane.append("t", text, { keep, key });
    }
    const { entries } = await read("t");
    expect(entries.map(({ text, key }) => [text, key])).toEqual([
      ["b1", "b"],
      ["none", undefined],
      ["a2", "a"],
    ]);
  });

  it("lets a follower hear everything after a position once: what was there, and what comes", async () => {
    const { backplane, append } = await setUp();
    const [one] = await append("t", "1", "2");
    const ear = new Ear();
    const stop = backplane.follow("t", one!, ear);
    await append("t", "3");
    await append("other", "not for it");
    await settle();
    expect(ear.heard.filter((text, index) => ear.heard.indexOf(text) === index)).toEqual(["2", "3"]);
    for (const { ageMs } of ear.entries) expect(ageMs).toBeGreaterThanOrEqual(0);
    stop();
  });

  it("lets a page and what follows its end have every entry, while others append", async () => {
    const { backplane, append, read } = await setUp();
    const appending = (async () => {
      for (let number = 0; number < 50; number++) await append("t", String(number));
    })();
    const page = await read("t");
    const ear = new Ear();
    const stop = backplane.follow("t", { epoch: page.epoch, offset: page.end }, ear);
    await appending;
    await settle();
    const all = [...page.entries.map(({ text }) => text), ...new Set(ear.heard)];
    expect(all).toEqual(Array.from({ length: 50 }, (_, number) => String(number)));
    stop();
  });

  it("is silent once it was stopped", async () => {
    const { backplane, append } = await setUp();
    const [one] = await append("t", "1");
    const ear = new Ear();
    backplane.follow("t", one!, ear)();
    await append("t", "2");
    await settle();
    expect(ear.heard).toEqual([]);
  });

  it.each(["trimmed", "of another epoch"])("says lost, once, where the position is %s", async (which) => {
    const { backplane } = await setUp();
    const tight = { keep: { ...keep, events: 1 } };
    const first = await backplane.append("t", "1", tight);
    for (let number = 2; number < 2_000; number++) await backplane.append("t", String(number), tight);
    const ear = new Ear();
    const after = which === "trimmed" ? first : { ...first, epoch: "another" };
    const stop = backplane.follow("t", after, ear);
    await settle();
    expect(ear.heard).toEqual(["lost"]);
    stop();
  });
}

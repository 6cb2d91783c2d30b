import { describe, expect, it } from "vitest";
import { queryCache } from "./kept-answers.js";
import { QueryCache } from "./query-cache.js";

const text = (length: number) => ({ text: "x".repeat(length), blob: undefined });
const terms = (...tags: string[]) => ({ until: 100, tags });

describe("a cache of answers", () => {
  it("lets go of what was used least recently when it has too many", () => {
    const cache = new QueryCache({ entries: 2, bytes: 10_000 });
    cache.keep("a", text(1), terms());
    cache.keep("b", text(1), terms());
    cache.read("a", 0);
    cache.keep("c", text(1), terms());
    expect(["a", "b", "c"].map((key) => cache.read(key, 0) !== undefined)).toEqual([true, false, true]);
  });

  it("lets go of as many as it takes when they are too large, and keeps none that is larger than all may be", () => {
    const cache = new QueryCache({ entries: 10, bytes: 1_000 });
    for (const key of ["a", "b", "c"]) cache.keep(key, text(100), terms());
    cache.keep("d", text(700), terms());
    expect(cache.holdings).toEqual({ entries: 1, bytes: 901, tags: 0 });
    cache.keep("e", text(1_000), terms());
    expect(cache.read("e", 0)).toBeUndefined();
    expect(cache.read("d", 0)).toBeDefined();
  });

  it("forgets by tag, by age and at all, and holds nothing of what it forgot", () => {
    const cache = new QueryCache({ entries: 10, bytes: 10_000 });
    cache.keep("a", text(1), terms("x", "y"));
    cache.keep("b", text(1), terms("y"));
    cache.keep("c", { text: undefined, blob: new Uint8Array(5) }, terms("z"));
    cache.invalidate(["x", "none"]);
    expect([cache.read("a", 0), cache.read("b", 0)]).toEqual([undefined, text(1)]);
    expect(cache.read("b", 100)).toBeUndefined();
    expect(cache.holdings).toEqual({ entries: 1, bytes: 207, tags: 1 });
    cache.invalidate(undefined);
    expect(cache.holdings).toEqual({ entries: 0, bytes: 0, tags: 0 });
  });

  it("forgets what has the tag * whenever anything is taken back", () => {
    const cache = new QueryCache({ entries: 10, bytes: 10_000 });
    cache.keep("a", text(1), terms("*"));
    cache.keep("b", text(1), terms("x"));
    cache.invalidate(["none"]);
    expect([cache.read("a", 0), cache.read("b", 0)]).toEqual([undefined, text(1)]);
  });

  it.each([{ entries: 0 }, { bytes: -1 }, { entries: 1.5 }])("has no bounds of %j", (bounds) => {
    expect(() => queryCache(bounds)).toThrow(TypeError);
  });
});

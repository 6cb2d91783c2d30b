import { describe, expect, it } from "vitest";
import { Invalidations } from "./invalidations.js";

function setUp() {
  const line = {
    congested: false,
    said: [] as unknown[],
    saySoon: (text: string) => void line.said.push(JSON.parse(text)),
  };
  return { line, invalidations: new Invalidations(line) };
}
const said = (tags: readonly string[] | null) => ["invalidate", { tags }];

describe("what a client is told of answers that are no longer true", () => {
  it("is said at once, and without tags it is everything", () => {
    const { line, invalidations } = setUp();
    invalidations.say(["a", "b"], 10_000);
    invalidations.say([], 10_000);
    invalidations.say(undefined, 10_000);
    expect(line.said).toEqual([said(["a", "b"]), said(null)]);
  });

  it("waits, merged, while the line is congested", () => {
    const { line, invalidations } = setUp();
    line.congested = true;
    invalidations.say(["a", "b"], 10_000);
    invalidations.say(["b", "c"], 10_000);
    expect(line.said).toEqual([]);
    line.congested = false;
    invalidations.flush(10_000);
    invalidations.flush(10_000);
    expect(line.said).toEqual([said(["a", "b", "c"])]);
  });

  it.each([
    ["1,000 tags", 1_000, 1, false],
    ["1,001 tags", 1_001, 1, true],
    ["16,384 units", 1, 16_384, false],
    ["16,385 units", 1, 16_385, true],
  ])("is everything above its bound: %s", (_, tags, units, everything) => {
    const { line, invalidations } = setUp();
    const given = Array.from({ length: tags }, (_, n) => String(n).padStart(units, "x"));
    invalidations.say(units === 1 ? given : [given[0]!], 10_000_000);
    expect(line.said).toEqual([said(everything ? null : given)]);
  });

  it("is everything where the tags would make a message larger than the client takes", () => {
    const { line, invalidations } = setUp();
    invalidations.say(["x".repeat(200)], 1_024);
    expect(line.said).toEqual([said(null)]);
  });

  it("is forgotten with the transport", () => {
    const { line, invalidations } = setUp();
    line.congested = true;
    invalidations.say(["a"], 10_000);
    invalidations.drop();
    invalidations.flush(10_000);
    expect(line.said).toEqual([]);
  });
});

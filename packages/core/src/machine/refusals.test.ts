import { describe, expect, it } from "vitest";
import { Refusals } from "./refusals.js";

/** Refusals with what waits to be sent. */
function setUp() {
  const waiting: string[] = [];
  let taken = 0;
  const session = {
    push: (frame: unknown) => void waiting.push(String(frame)),
    get backlog() {
      return { length: waiting.length, size: 0, taken };
    },
  };
  const send = () => {
    taken += waiting.length;
    waiting.length = 0;
  };
  return { refusals: new Refusals(session), waiting, send };
}

/** Refuses so many. Returns how many it did before it had enough. */
function refuse(refusals: Refusals, count: number): number {
  for (let index = 0; index < count; index++) {
    if (refusals.refuse(2 * index + 1, "no room") !== undefined) return index;
  }
  return count;
}

describe("a refusal", () => {
  it("says that nothing was begun", () => {
    const { refusals, waiting } = setUp();
    refusals.refuse(5, "no room");
    const error = { code: "RESOURCE_EXHAUSTED", message: "no room", refused: true };
    expect(waiting.map((frame) => JSON.parse(frame))).toEqual([[6, 5, error]]);
  });

  it("is one of 4,096 that may wait: one more is a flood", () => {
    const { refusals } = setUp();
    expect(refuse(refusals, 4_096)).toBe(4_096);
    expect(refusals.refuse(1, "no room")).toMatchObject({ type: "violation", close: "flood" });
  });

  it("does not count once it has left, however many there are", () => {
    const { refusals, send } = setUp();
    for (let round = 0; round < 4; round++) {
      expect(refuse(refusals, 4_000)).toBe(4_000);
      send();
    }
  });
});

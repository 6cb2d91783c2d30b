import { describe, expect, it } from "vitest";
import { Pace } from "./pace.js";

const KiB = 1024;
const LEAST = 96 * KiB;

/** Sends a part and hears of it so much later, round after round. Returns what may be under way then. */
function windowAfter(pace: Pace, tookMs: readonly number[], size = 32 * KiB): number {
  let number = 0;
  let now = 0;
  for (const ms of tookMs) {
    pace.sent(++number, size, now);
    now += ms;
    pace.acknowledged(number, now);
  }
  let window = 0;
  for (; pace.isOpen; window += KiB) pace.sent(++number, KiB, now);
  return window;
}

describe("what may be under way of large frames", () => {
  it.each([
    ["begins with 96 KiB", [], LEAST],
    ["grows by what arrives as fast as ever", [10, 10, 10], LEAST + 96 * KiB],
    ["grows by what arrives a little later", [10, 40], LEAST + 64 * KiB],
    ["is halved by what is later by more than 30 ms", [10, 10, 10, 10, 10, 41], (LEAST + 160 * KiB) / 2],
    ["is never less than it began with", [10, 100, 100, 100], LEAST],
    ["is never more than is held for replay", Array<number>(40).fill(5), 512 * KiB],
  ])("%s", (_, tookMs, window) => {
    expect(windowAfter(new Pace(512 * KiB), tookMs)).toBe(window);
  });

  it("is what little is held for replay, where that is less", () => {
    expect(windowAfter(new Pace(10 * KiB), [5, 5])).toBe(10 * KiB);
  });

  it("is learned anew on another transport, and what was sent on the one before teaches nothing", () => {
    const pace = new Pace(512 * KiB);
    pace.sent(1, 32 * KiB, 0);
    pace.restart();
    pace.acknowledged(1, 1);
    expect(windowAfter(pace, [200])).toBe(LEAST + 32 * KiB);
  });

  it("is free again when a new session begins", () => {
    const pace = new Pace(512 * KiB);
    for (let number = 1; pace.isOpen; number++) pace.sent(number, 32 * KiB, 0);
    pace.clear();
    expect(pace.isOpen).toBe(true);
  });
});

describe("a part", () => {
  it("takes 32 KiB, and half of what the window is above 192 KiB where that is more", () => {
    const pace = new Pace(1_024 * KiB);
    expect(pace.partBytes).toBe(32 * KiB);
    const grow = (number: number) => {
      pace.sent(number, 64 * KiB, 0);
      pace.acknowledged(number, 1);
      return pace.partBytes / KiB;
    };
    expect([1, 2, 3, 4, 5, 6].map(grow)).toEqual([32, 32, 48, 80, 112, 144]);
  });
});

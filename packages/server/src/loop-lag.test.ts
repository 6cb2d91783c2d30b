import { expect, it } from "vitest";
import { LATE_IN_A_ROW, LoopLag } from "./loop-lag.js";

it.each([
  [499, false],
  [500, false],
  [501, true],
])("R15: of 500 ms, %d ms five times in a row last: %s", (lateMs, expected) => {
  const lag = new LoopLag(500);
  for (let times = 1; times < LATE_IN_A_ROW; times++) {
    lag.came(lateMs);
    expect(lag.lasts).toBe(false);
  }
  lag.came(lateMs);
  expect(lag.lasts).toBe(expected);
});

it("D4: a process that was asleep once keeps up", () => {
  const lag = new LoopLag(500);
  for (const lateMs of [600, 600, 600, 600, 40_000, 0, 40_000, 600, 600, 600]) {
    lag.came(lateMs);
    if (lateMs === 0) expect(lag.lasts).toBe(false);
  }
  expect(lag.lasts).toBe(false);
});

it("is over with the first timer that comes in time", () => {
  const lag = new LoopLag(500);
  for (let times = 0; times < 10; times++) lag.came(1_000);
  expect(lag.lasts).toBe(true);
  lag.came(10);
  expect(lag.lasts).toBe(false);
});

import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.js";

describe("backoffMs", () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [1_100, 30_000],
  ])("N13: attempt %d waits between nothing and %d ms", (attempt, most) => {
    expect(backoffMs({ attempt, comeBack: "now", spreadMs: 1_000 }, 0)).toBe(0);
    expect(backoffMs({ attempt, comeBack: "now", spreadMs: 1_000 }, 0.5)).toBe(most / 2);
    expect(backoffMs({ attempt, comeBack: "now", spreadMs: 1_000 }, 1 - 2 ** -32)).toBeLessThan(most);
    expect(backoffMs({ attempt, comeBack: "now", spreadMs: 1_000 }, 1 - 2 ** -32)).toBeGreaterThan(most - 1);
  });

  it.each([
    [1, 8_000],
    [4, 8_000],
    [5, 16_000],
    [9, 30_000],
  ])("attempt %d waits up to %d ms where the server said later", (attempt, most) => {
    expect(backoffMs({ attempt, comeBack: "later", spreadMs: 1_000 }, 0.5)).toBe(most / 2);
  });

  it.each([
    [1, 10_000],
    [2, 10_000],
    [5, 16_000],
  ])("attempt %d waits up to %d ms where the server wants ten seconds", (attempt, most) => {
    expect(backoffMs({ attempt, comeBack: "now", spreadMs: 10_000 }, 0.5)).toBe(most / 2);
  });
});

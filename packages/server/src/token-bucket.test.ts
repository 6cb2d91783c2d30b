import { describe, expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.js";

describe("TokenBucket", () => {
  it.each([
    [99, 0],
    [100, 0],
    [101, 100],
  ])("R1: of ten a second, %d at once owe %d ms", (count, debtMs) => {
    const bucket = new TokenBucket(10, 0);
    bucket.spend(count, 0);
    expect(bucket.debtMs).toBe(debtMs);
  });

  it("fills with time, and never above ten seconds' worth", () => {
    const bucket = new TokenBucket(10, 0);
    bucket.spend(100, 0);
    bucket.spend(10, 1_000);
    expect(bucket.debtMs).toBe(0);
    bucket.spend(1, 1_000);
    expect(bucket.debtMs).toBe(100);
    bucket.spend(100, 1_000_000);
    expect(bucket.debtMs).toBe(0);
    bucket.spend(1, 1_000_000);
    expect(bucket.debtMs).toBe(100);
  });

  it("adds up debts", () => {
    const bucket = new TokenBucket(1_000, 0);
    for (let round = 0; round < 20; round++) bucket.spend(1_000, 0);
    expect(bucket.debtMs).toBe(10_000);
  });

  it("never owes anything where the rate is unbounded", () => {
    const bucket = new TokenBucket(Infinity, 0);
    bucket.spend(1e9, 0);
    bucket.spend(1e9, 1);
    expect(bucket.debtMs).toBe(0);
  });
});

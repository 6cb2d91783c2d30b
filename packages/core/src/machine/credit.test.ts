import { describe, expect, it } from "vitest";
import { CreditBalance, CreditWindow } from "./credit.js";

/** A window whose stream has begun. */
function opened(size: number, maxSize: number, peerMax = maxSize): CreditWindow {
  const window = new CreditWindow(size, maxSize);
  window.open(peerMax);
  return window;
}

function arrive(window: CreditWindow, count: number): boolean[] {
  return Array.from({ length: count }, () => window.arrive());
}

describe("a reader's window", () => {
  it.each([
    [64, 1_024, 1_024, 64],
    [64, 1_024, 63, 63],
    [64, 1_024, 64, 64],
    [64, 1_024, 65, 64],
    [64, 32, 1_024, 32],
    [1, 1, 1, 1],
  ])("of %d, at most %d, for a producer that takes %d, opens with %d", (size, maxSize, peerMax, limit) => {
    expect(new CreditWindow(size, maxSize).open(peerMax)).toBe(limit);
  });

  it.each([1, 2, 64])("takes %d events and not one more", (size) => {
    const window = opened(size, size);
    expect(arrive(window, size + 1)).toEqual([...Array<boolean>(size).fill(true), false]);
  });

  it("takes nothing before its stream has begun", () => {
    expect(new CreditWindow(4, 4).arrive()).toBe(false);
  });

  it("grants more when half of it is consumed, and not before", () => {
    const window = opened(8, 8);
    arrive(window, 7);
    expect([1, 1, 1, 1].map((count) => window.consume(count, true))).toEqual([undefined, undefined, undefined, 12]);
    expect(window.consume(1, true)).toBeUndefined();
  });

  it("keeps to itself what was taken until that grants more, and then tells all of it", () => {
    const window = opened(8, 8);
    arrive(window, 8);
    expect([1, 1, 1, 1].map((count) => window.take(count))).toEqual([0, 0, 0, 4]);
    expect(window.consume(4, true)).toBe(4 + 8);
    expect(window.take(1)).toBe(0);
  });

  it("counts as taken what it kept to itself, when its stream begins anew with less", () => {
    const window = opened(8, 8);
    arrive(window, 3);
    expect(window.take(3)).toBe(0);
    expect(window.open(2)).toBe(2);
    expect(arrive(window, 1)).toEqual([true]);
    expect(window.take(1)).toBe(1);
    expect(window.consume(1, true)).toBe(1 + 2);
  });

  it("widens while all of it is used up before half is consumed, up to its bound", () => {
    const window = opened(4, 10);
    arrive(window, 4);
    expect(window.consume(4, true)).toBe(4 + 8);
    arrive(window, 8);
    expect(window.consume(8, true)).toBe(12 + 10);
    arrive(window, 10);
    expect(window.consume(10, true)).toBe(22 + 10);
  });

  it("widens while what was granted comes before the producer can have heard of more", () => {
    const window = opened(4, 10);
    arrive(window, 2);
    expect(window.consume(2, true)).toBe(6);
    arrive(window, 2);
    expect(window.consume(2, false)).toBe(4 + 8);
    arrive(window, 4);
    expect(window.consume(4, true)).toBe(8 + 8);
    arrive(window, 4);
    expect(window.consume(4, false)).toBe(12 + 10);
  });

  it("stays as it is while the producer is the slower one", () => {
    const window = opened(4, 1_024);
    arrive(window, 2);
    expect(window.consume(2, true)).toBe(6);
    arrive(window, 2);
    expect(window.consume(2, true)).toBe(8);
  });

  it("of 1 grants each event when the one before is consumed", () => {
    const window = opened(1, 1);
    for (let round = 1; round <= 3; round++) {
      expect(arrive(window, 2)).toEqual([true, false]);
      expect(window.consume(1, true)).toBe(round + 1);
    }
  });

  it("grants nothing for events that never arrived", () => {
    const window = opened(4, 4);
    arrive(window, 1);
    expect(window.consume(1_000, true)).toBeUndefined();
    arrive(window, 1);
    expect(window.consume(1, true)).toBe(6);
  });

  it("keeps the part of events not yet consumed when its stream begins anew", () => {
    const window = opened(8, 8);
    arrive(window, 3);
    expect(window.open(8)).toBe(5);
    expect(arrive(window, 6)).toEqual([true, true, true, true, true, false]);
    expect(window.consume(3, true)).toBeUndefined();
    expect(window.consume(1, true)).toBe(1 + 8);
  });

  it("grants nothing when its stream begins anew while all of it is still to be taken", () => {
    const window = opened(4, 4);
    arrive(window, 4);
    expect(window.open(4)).toBe(0);
    expect(arrive(window, 1)).toEqual([false]);
    expect(window.consume(2, true)).toBe(2);
  });

  it("takes an item of its own without touching what was granted", () => {
    const window = opened(2, 2);
    window.admit();
    expect(arrive(window, 3)).toEqual([true, true, false]);
  });

  it("never holds more than its bound, whatever comes in which order", () => {
    const window = new CreditWindow(4, 32);
    const balance = new CreditBalance(window.open(32));
    let [produced, consumed] = [0, 0];
    for (let step = 0; step < 5_000; step++) {
      if ((step * step) % 7 < 4 && balance.available) {
        balance.spend(1);
        produced++;
        expect(window.arrive()).toBe(true);
      } else if (consumed < produced) {
        consumed++;
        const limit = window.consume(1, true);
        if (limit !== undefined) expect(balance.raise(limit, 32)).toBe(true);
      }
      expect(produced - consumed).toBeLessThanOrEqual(32);
      expect(balance.available || consumed < produced).toBe(true);
    }
    expect(produced).toBeGreaterThan(1_000);
  });
});

describe("a producer's balance", () => {
  it.each([1, 2, 64])("of %d lets so many events go", (limit) => {
    const balance = new CreditBalance(limit);
    let produced = 0;
    for (; balance.available; produced++) balance.spend(1);
    expect(produced).toBe(limit);
  });

  it("ignores a limit that is old", () => {
    const balance = new CreditBalance(4);
    expect(balance.raise(3, 100)).toBe(true);
    for (let i = 0; i < 4; i++) balance.spend(1);
    expect(balance.available).toBe(false);
  });

  it("hears a limit twice without harm", () => {
    const balance = new CreditBalance(1);
    balance.raise(2, 100);
    balance.raise(2, 100);
    balance.spend(1);
    balance.spend(1);
    expect(balance.available).toBe(false);
  });

  it.each([
    [99, true],
    [100, true],
    [101, false],
  ])("judges a limit %d beyond what was produced, where 100 is the most", (beyond, taken) => {
    const balance = new CreditBalance(1);
    balance.spend(1);
    expect(balance.raise(1 + beyond, 100)).toBe(taken);
    expect(balance.available).toBe(taken);
  });

  it.each([
    [0, true, 4],
    [2, true, 2],
    [3, true, 1],
    [4, false, 1],
  ])("of which %d have arrived, where 3 were produced: %s, and %d may follow", (arrived, known, left) => {
    const balance = new CreditBalance(4);
    balance.spend(3);
    expect(balance.rewind(arrived)).toBe(known);
    expect(balance.left).toBe(left);
  });
});

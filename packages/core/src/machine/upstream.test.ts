import { describe, expect, it } from "vitest";
import { WithBlob } from "../protocol/blob.js";
import { itemSize, largestItem, UpstreamBalance, UpstreamWindow } from "./upstream.js";

describe("an item", () => {
  it.each([
    ["nothing", undefined, 32],
    ["a text", '"äb"', 36],
    ["bytes", new WithBlob("[0,100]", new Uint8Array(100)), 139],
  ])("that is %s counts its text, its bytes, and 32", (_, value, size) => {
    expect(itemSize(value)).toBe(size);
  });

  it("may be half as large as the window, rounded down", () => {
    expect([1_024, 1_025].map(largestItem)).toEqual([512, 512]);
  });
});

describe("the caller's balance", () => {
  it("sends what fits the limit to the byte", () => {
    const balance = new UpstreamBalance(100);
    balance.spend(60);
    expect([40, 41].map((size) => balance.fits(size))).toEqual([true, false]);
    expect(balance.available).toBe(true);
    balance.spend(40);
    expect(balance.available).toBe(false);
  });

  it("hears a limit twice, or an older one, and nothing changes", () => {
    const balance = new UpstreamBalance(100);
    balance.spend(100);
    for (const limit of [160, 160, 120]) expect(balance.raise(limit, 100)).toBe(true);
    expect([60, 61].map((size) => balance.fits(size))).toEqual([true, false]);
  });

  it.each([
    [200, true],
    [201, false],
  ])("with 100 sent takes a limit of %d: %s", (limit, taken) => {
    const balance = new UpstreamBalance(100);
    balance.spend(100);
    expect(balance.raise(limit, 100)).toBe(taken);
  });
});

describe("the answerer's window", () => {
  it("takes what was granted, to the byte", () => {
    const window = new UpstreamWindow(100);
    expect([60, 41, 40, 1].map((size) => window.arrive(size))).toEqual([true, false, true, false]);
  });

  it("grants more when half of it has been taken, and not before", () => {
    const window = new UpstreamWindow(100);
    for (const size of [20, 29, 1, 50]) window.arrive(size);
    expect([1, 1, 1, 1].map((count) => window.take(count))).toEqual([undefined, undefined, 150, 200]);
  });

  it("counts what is taken at once like what is taken one by one", () => {
    const window = new UpstreamWindow(100);
    for (const size of [30, 30, 40]) window.arrive(size);
    expect([window.take(3), window.take(5)]).toEqual([200, undefined]);
  });

  it.each([1_024, 4_096])("of %d never stops a caller with items of half of it", (size) => {
    const balance = new UpstreamBalance(size);
    const window = new UpstreamWindow(size);
    const item = largestItem(size);
    for (let sent = 0; sent < 100; sent++) {
      if (!balance.fits(item)) throw new Error(`stuck after ${sent} items`);
      balance.spend(item);
      window.arrive(item);
      const limit = window.take(1);
      if (limit !== undefined) balance.raise(limit, size);
    }
  });
});

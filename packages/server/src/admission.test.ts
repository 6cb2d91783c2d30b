import { describe, expect, it } from "vitest";
import { Admission } from "./admission.js";

describe("Admission", () => {
  it("H18: takes as many as its limit, and one more only when one has gone", () => {
    const admission = new Admission({ pending: 3 });
    const held = [admission.enter("a"), admission.enter("b"), admission.enter(undefined)];
    expect(held.every(Boolean)).toBe(true);
    expect(admission.enter("c")).toBeUndefined();
    held[0]?.release();
    expect(admission.enter("c")).toBeDefined();
    expect(admission.pending).toBe(3);
  });

  it("H18: counts each address by itself where that is asked for", () => {
    const admission = new Admission({ pendingPerAddress: 1 });
    const first = admission.enter("a");
    expect(admission.enter("a")).toBeUndefined();
    expect(admission.enter("b")).toBeDefined();
    first?.release();
    expect(admission.enter("a")).toBeDefined();
  });

  it("gives a place back once, however often it is released", () => {
    const admission = new Admission({ pending: 2, pendingPerAddress: 2 });
    const first = admission.enter("a");
    admission.enter("a");
    first?.release();
    first?.release();
    expect(admission.pending).toBe(1);
    expect(admission.enter("a")).toBeDefined();
    expect(admission.enter("a")).toBeUndefined();
  });

  it("R25: one address at its limit locks out nobody else", () => {
    const admission = new Admission({ pending: 10, pendingPerAddress: 2 });
    while (admission.enter("greedy") !== undefined);
    expect(admission.pending).toBe(2);
    expect(admission.enter("polite")).toBeDefined();
  });

  it("has 1,000 places by default, and no limit per address", () => {
    const admission = new Admission();
    for (let place = 0; place < 1_000; place++) expect(admission.enter("a")).toBeDefined();
    expect(admission.enter("a")).toBeUndefined();
  });

  it.each([0, -1, 1.5, Number.NaN])("does not take %d for a limit", (pending) => {
    expect(() => new Admission({ pending })).toThrow(TypeError);
    expect(() => new Admission({ pendingPerAddress: pending })).toThrow(TypeError);
  });
});

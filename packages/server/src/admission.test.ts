import { describe, expect, it } from "vitest";
import { Admission } from "./admission.js";

describe("Admission", () => {
  it("H18: takes as many as its limit, and one more only when one has said hello, or has gone", () => {
    const admission = new Admission({ pending: 3 });
    const held = [admission.enter("a"), admission.enter("b"), admission.enter(undefined)];
    expect(held.every(Boolean)).toBe(true);
    expect(admission.enter("c")).toBeUndefined();
    held[0]?.release();
    held[1]?.greeted();
    expect(admission.enter("c")).toBeDefined();
    expect(admission.enter("c")).toBeDefined();
    expect(admission.enter("c")).toBeUndefined();
    expect([admission.pending, admission.connections]).toEqual([3, 4]);
  });

  it("H18: counts each address by itself where that is asked for", () => {
    const admission = new Admission({ pendingPerAddress: 1 });
    const first = admission.enter("a");
    expect(admission.enter("a")).toBeUndefined();
    expect(admission.enter("b")).toBeDefined();
    first?.release();
    expect(admission.enter("a")).toBeDefined();
  });

  it("gives places back once, however often they are released", () => {
    const admission = new Admission({ pending: 2, pendingPerAddress: 2 });
    const first = admission.enter("a");
    admission.enter("a");
    first?.greeted();
    first?.release();
    first?.release();
    first?.greeted();
    expect([admission.pending, admission.connections]).toEqual([1, 1]);
    expect(admission.enter("a")).toBeDefined();
    expect(admission.enter("a")).toBeUndefined();
  });

  it("R25: one address at its limit locks out nobody else", () => {
    const admission = new Admission({ pending: 10, pendingPerAddress: 2 });
    while (admission.enter("greedy") !== undefined);
    expect(admission.pending).toBe(2);
    expect(admission.enter("polite")).toBeDefined();
  });

  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])("R3: of two sockets in all, lets number %d in: %s", (number, expected) => {
    const admission = new Admission({ connections: 2 });
    for (let before = 1; before < number; before++) admission.enter("a")?.greeted();
    expect(admission.enter("b") !== undefined).toBe(expected);
  });

  it("R3: counts the sockets of one address by themselves, and takes nothing from those it refuses", () => {
    const admission = new Admission({ connectionsPerAddress: 1, pending: 2 });
    const first = admission.enter("a");
    first?.greeted();
    for (let again = 0; again < 5; again++) expect(admission.enter("a")).toBeUndefined();
    expect([admission.pending, admission.connections]).toEqual([0, 1]);
    expect(admission.enter("b")).toBeDefined();
    first?.release();
    expect(admission.enter("a")).toBeDefined();
    // Room for its socket, but not for its hello: it holds neither.
    expect(admission.enter("c")).toBeUndefined();
    expect([admission.pending, admission.connections]).toEqual([2, 2]);
  });

  it("H18: lets nobody in while too many hooks have not settled", () => {
    const admission = new Admission({ hooks: 2, hooksPerAddress: 1 });
    const hook = admission.hook("a");
    expect(admission.hook("a")).toBeUndefined();
    expect(admission.enter("a")).toBeUndefined();
    expect(admission.enter("b")).toBeDefined();
    admission.hook("b");
    expect(admission.hook("c")).toBeUndefined();
    expect(admission.enter("c")).toBeUndefined();
    hook?.();
    hook?.();
    expect(admission.hooks).toBe(1);
    expect(admission.enter("a")).toBeDefined();
  });

  it("has 1,000 places by default, and no limit per address", () => {
    const admission = new Admission();
    for (let place = 0; place < 1_000; place++) expect(admission.enter("a")).toBeDefined();
    expect(admission.enter("a")).toBeUndefined();
  });

  it("has room for 50,000 sockets and 1,000 hooks by default", () => {
    const admission = new Admission();
    for (let place = 0; place < 50_000; place++) admission.enter("a")?.greeted();
    expect(admission.connections).toBe(50_000);
    expect(admission.enter("b")).toBeUndefined();
    for (let place = 0; place < 1_000; place++) expect(admission.hook("a")).toBeDefined();
    expect(admission.hook("b")).toBeUndefined();
  });

  const names = ["pending", "connections", "connectionsPerAddress", "connectionsPerIdentity", "hooksPerAddress"];

  it.each(names)("does not take what is no whole number, or not positive, for %s", (name) => {
    for (const value of [0, -1, 1.5, Number.NaN]) expect(() => new Admission({ [name]: value })).toThrow(TypeError);
  });
});

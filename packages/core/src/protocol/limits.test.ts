import { describe, expect, it } from "vitest";
import { defaultLimits, type Limits, peerLimits, resolveLimits } from "./limits.js";

describe("resolveLimits", () => {
  it("gives the defaults", () => {
    expect(resolveLimits()).toEqual(defaultLimits);
    expect(Object.isFrozen(resolveLimits())).toBe(true);
    expect(Object.isFrozen(defaultLimits)).toBe(true);
  });

  it("replaces what is named and nothing else", () => {
    expect(resolveLimits({ calls: 1 })).toEqual({ ...defaultLimits, calls: 1 });
  });

  const atLeast1KiB: readonly (keyof Limits)[] = ["messageBytes", "upstreamBytes"];
  const counted = (Object.keys(defaultLimits) as (keyof Limits)[]).filter((name) => !atLeast1KiB.includes(name));

  it.each(counted)("takes every whole number from 1 for %s", (name) => {
    expect(resolveLimits({ [name]: 1 })[name]).toBe(1);
    expect(resolveLimits({ [name]: Number.MAX_SAFE_INTEGER })[name]).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, "1", null, undefined])(
    "refuses %s and names the entry",
    (value) => {
      const overrides = { calls: value } as Partial<Limits>;
      expect(() => resolveLimits(overrides)).toThrow(
        new TypeError(`limits.calls must be a positive whole number, not ${value}`),
      );
    },
  );

  it.each(["messageBytes", "upstreamBytes"] as const)("takes %s from 1 KiB", (name) => {
    expect(() => resolveLimits({ [name]: 1_023 })).toThrow(`limits.${name} must be at least 1024`);
    expect(resolveLimits({ [name]: 1_024 })[name]).toBe(1_024);
  });

  it.each(["call", "toString", "constructor"])("refuses %s, which does not exist", (name) => {
    expect(() => resolveLimits({ [name]: 1 })).toThrow(new TypeError(`limits.${name} does not exist`));
  });
});

describe("peerLimits", () => {
  it("tells what concerns the other end and nothing else", () => {
    expect(peerLimits(defaultLimits)).toEqual({
      messageBytes: 1_048_576,
      valueBytes: 67_108_864,
      batchFrames: 1_024,
      calls: 256,
      subscriptions: 256,
      creditMaxEvents: 1_024,
      upstreamBytes: 262_144,
      upstreams: 64,
    });
  });
});

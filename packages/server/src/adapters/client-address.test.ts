import { describe, expect, it } from "vitest";
import { clientAddress } from "./client-address.js";

/** The address of a request that came by way of 10.0.0.9 and says so much. */
const from = (trustedProxies: number, forwarded?: string) =>
  clientAddress(trustedProxies)({
    socket: { remoteAddress: "10.0.0.9" },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  });

describe("H23: the address of a client", () => {
  it.each<[number, string | undefined, string]>([
    [0, undefined, "10.0.0.9"],
    [0, "192.0.2.1", "10.0.0.9"],
    [1, undefined, "10.0.0.9"],
    [1, "192.0.2.1", "192.0.2.1"],
    [1, "1.1.1.1, 192.0.2.1", "192.0.2.1"],
    [2, "1.1.1.1, 192.0.2.1", "1.1.1.1"],
    [2, "6.6.6.6, 192.0.2.1 ,198.51.100.7", "192.0.2.1"],
    [3, "192.0.2.1,198.51.100.7", "192.0.2.1"],
  ])("behind %d trusted proxies that say %s is %s", (trusted, forwarded, expected) => {
    expect(from(trusted, forwarded)).toBe(expected);
  });

  it.each<[string, string]>([
    ["192.0.2.1:4711", "192.0.2.1"],
    ["2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:4711", "2001:db8::1"],
  ])("is read from %s", (entry, expected) => {
    expect(from(1, entry)).toBe(expected);
  });

  it.each(["", "unknown", "_hidden", "192.0.2.999", "__proto__", "192.0.2.1:99999999", "a".repeat(8_000)])(
    "is that of the nearest that is known, where a proxy says %j",
    (entry) => {
      expect(from(1, entry)).toBe("10.0.0.9");
      expect(from(2, `${entry}, 192.0.2.1`)).toBe("192.0.2.1");
      expect(from(2, `192.0.2.1, ${entry}`)).toBe("10.0.0.9");
    },
  );

  it.each([-1, 1.5, Number.NaN, Infinity])("is not to be had behind %d proxies", (trusted) => {
    expect(() => clientAddress(trusted)).toThrow(TypeError);
  });
});

import { describe, expect, it } from "vitest";
import { type CloseName, closeCodes, closeName, comeBack } from "./close-codes.js";

const rows = Object.entries(closeCodes) as [CloseName, (typeof closeCodes)[CloseName]][];

describe("the close table", () => {
  it.each(rows)("%s has a reason that fits into a close frame", (_, { reason }) => {
    expect(reason.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });

  it.each(rows)("%s has a code an application may send", (_, { code }) => {
    const sendable =
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 4400 && code < 4500);
    expect(sendable).toBe(true);
  });

  it.each(rows)("%s is found by its code", (name, { code, comeBack: expected }) => {
    expect(closeName(code)).toBe(name);
    expect(comeBack(code)).toBe(expected);
  });

  it("gives each code to one name", () => {
    expect(new Set(rows.map(([, { code }]) => code)).size).toBe(rows.length);
  });

  it.each([0, 1005, 1006, 1015, 3000, 4000, 4999, Number.NaN])(
    "takes %d, which is not ours, for a network failure",
    (code) => {
      expect(closeName(code)).toBeUndefined();
      expect(comeBack(code)).toBe("now");
    },
  );
});

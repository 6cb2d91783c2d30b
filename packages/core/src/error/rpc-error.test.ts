import { describe, expect, it } from "vitest";
import { isStandardCode, isTransient } from "./codes.js";
import { RpcError } from "./rpc-error.js";
import { fromWireError, toWireError } from "./wire-error.js";

describe("an error", () => {
  it("has a sentence for its code, and its code where there is none", () => {
    expect(new RpcError("UNAVAILABLE").message).toBe("there is no connection to the server");
    expect(new RpcError("ROOM_FULL").message).toBe("ROOM_FULL");
    expect(new RpcError("INTERNAL", { message: "own" }).message).toBe("own");
  });

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("may be called %s", (code) => {
    expect(new RpcError(code).message).toBe(code);
    expect(isStandardCode(code)).toBe(false);
  });

  it.each([
    ["UNAVAILABLE", "not-sent", true],
    ["UNAVAILABLE", "unknown", false],
    ["UNAVAILABLE", "answered", false],
    ["CANCELLED", "not-sent", false],
    ["ROOM_FULL", "not-sent", false],
  ] as const)("%s, %s, may be tried again by default: %s", (code, outcome, retryable) => {
    expect(new RpcError(code, { outcome }).retryable).toBe(retryable);
    expect(new RpcError(code, { outcome, retryable: !retryable }).retryable).toBe(!retryable);
  });

  it("shows everything but its stack and its cause as JSON", () => {
    const error = new RpcError("FULL", { message: "m", data: { seats: 1 }, errorId: "e", cause: new Error("secret") });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      ...{ name: "RpcError", code: "FULL", message: "m", data: { seats: 1 } },
      ...{ outcome: "answered", retryable: false, errorId: "e" },
    });
    expect(error.cause).toEqual(new Error("secret"));
    expect("cause" in new RpcError("FULL")).toBe(false);
  });
});

describe("an error on the wire", () => {
  it("is what the caller may know, and nothing else", () => {
    const error = new RpcError("FULL", { message: "m", data: 0, errorId: "e", cause: "secret", outcome: "unknown" });
    expect(toWireError(error)).toStrictEqual({ code: "FULL", message: "m", data: 0, errorId: "e" });
    expect(toWireError(new RpcError("FULL", { message: "m" }))).toStrictEqual({ code: "FULL", message: "m" });
  });

  it("arrives as it left", () => {
    const left = new RpcError("FULL", { message: "m", data: { a: [null] }, errorId: "e", path: "a.b" });
    const arrived = fromWireError(toWireError(left), { repeatable: false, path: "a.b" });
    expect(arrived.toJSON()).toEqual(left.toJSON());
  });

  it.each([
    ["UNAVAILABLE", true, undefined, true],
    ["UNAVAILABLE", false, undefined, false],
    ["RESOURCE_EXHAUSTED", false, true, true],
    ["NOT_FOUND", true, true, false],
  ] as const)(
    "%s of a repeatable (%s) call that was refused (%s) may be tried again: %s",
    (code, repeatable, refused, retryable) => {
      const wire = { code, message: "", ...(refused ? { refused } : {}) };
      expect(fromWireError(wire, { repeatable, path: "a.b" })).toMatchObject({ outcome: "answered", retryable });
      expect(isTransient(code)).toBe(code !== "NOT_FOUND");
    },
  );
});

import { RpcError } from "@trunkline/core";
import { describe, expect, it } from "vitest";
import { strangers } from "../test/caller.js";
import { verdict } from "./verdict.js";

const reasonOf = (message: string) => verdict(new RpcError("UNAUTHENTICATED", { message })).reason;

describe("a client that is refused", () => {
  it.each([
    ["UNAUTHENTICATED", "unauthenticated"],
    ["PERMISSION_DENIED", "forbidden"],
    ["UNAVAILABLE", "later"],
    ["RESOURCE_EXHAUSTED", "later"],
  ])("with %s is told what the application says, as %s", (code, close) => {
    const refused = { type: "refused", close };
    expect(verdict(new RpcError(code, { message: "come on Monday" }))).toEqual({
      ...refused,
      reason: "come on Monday",
    });
    expect(verdict(new RpcError(code))).toEqual({ ...refused, reason: undefined });
  });

  it.each([
    ["a".repeat(123), "a".repeat(123)],
    ["a".repeat(124), "a".repeat(123)],
    ["é".repeat(62), "é".repeat(61)],
    ["🚃".repeat(31), "🚃".repeat(30)],
    [`${"a".repeat(121)}漢`, "a".repeat(121)],
    ["\ud83d alone", "\ufffd alone"],
  ])("is told as much of %j as a close frame holds, in whole characters", (message, told) => {
    expect(reasonOf(message)).toBe(told);
    expect(new TextEncoder().encode(told).length).toBeLessThanOrEqual(123);
  });

  it("is told nothing where there is nothing", () => {
    expect(reasonOf("")).toBeUndefined();
    expect(reasonOf(null as never)).toBeUndefined();
  });

  it("is not told what a call of the hook's failed with: it may name what is inside", () => {
    const error = new RpcError("UNAVAILABLE", { message: "connect ECONNREFUSED 10.0.0.5:80", path: "users.find" });
    expect(verdict(error)).toEqual({ type: "refused", close: "later", reason: undefined });
  });

  it("is not told the cause, nor the data", () => {
    const error = new RpcError("UNAUTHENTICATED", { cause: "canary", data: "canary" });
    expect(JSON.stringify(verdict(error))).not.toContain("canary");
  });
});

describe("a hook has failed", () => {
  it.each([...strangers.keys()])("that threw %s, and nothing more is known", (name) => {
    expect(verdict(strangers.get(name))).toEqual({ type: "failed", reason: undefined });
  });

  it.each(["UNAUTHORIZED", "NOT_FOUND", "constructor"])(
    "that threw the code %s, which refuses nobody: it is named, with those that do",
    (code) => {
      expect(verdict(new RpcError(code, { message: "canary" }))).toEqual({
        type: "failed",
        reason: `a client is refused with one of UNAUTHENTICATED, PERMISSION_DENIED, UNAVAILABLE, RESOURCE_EXHAUSTED, and not with ${code}: it will try again`,
      });
    },
  );

  it("that threw a code that is no word, or a very long one", () => {
    expect(verdict(new RpcError(undefined as never)).reason).toContain("not with undefined");
    expect(verdict(new RpcError("X".repeat(1e6))).reason!.length).toBeLessThan(300);
    expect(verdict(Object.assign(new RpcError("X"), { code: Symbol("code") }))).toMatchObject({ type: "failed" });
  });
});

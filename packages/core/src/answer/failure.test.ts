import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { strangers } from "../../test/strangers.js";
import { mutation } from "../contract/procedure.js";
import { wireOf } from "../contract/wire/procedure-wire.js";
import { RpcError } from "../error/rpc-error.js";
import { resolveLimits } from "../protocol/limits.js";
import { ErrorWithBlob } from "../runtime/answerer.js";
import type { Work } from "../runtime/work.js";
import { errorConstructors } from "./define/error-constructors.js";
import { explain, type FailureReport, RefusedCall } from "./failure.js";

const procedure = mutation({
  errors: { ROOM_FULL: z.object({ capacity: z.number() }), GONE: null, SLOW: z.string().refine(async () => true) },
});
const errors = errorConstructors(procedure.definition.errors);
const route = { path: "rooms.send", procedure, wire: wireOf(procedure), errors, handler: () => {} };
const connection = { id: "c1" };
const limits = resolveLimits();

/** What travels of an error, and what was reported. */
function explained(error: unknown, { aborted = false, known = true } = {}) {
  const controller = new AbortController();
  if (aborted) controller.abort(new RpcError("CANCELLED"));
  const work = { aborted, signal: controller.signal } as unknown as Work;
  const reports: FailureReport[] = [];
  const report = (failure: FailureReport) => void reports.push(failure);
  const told = explain(error, { route: known ? route : undefined, work, connection, role: "server", limits, report });
  return {
    wire: told instanceof ErrorWithBlob ? told.error : told,
    reports,
    work,
  };
}

const internal = { code: "INTERNAL", message: "the server failed", errorId: expect.stringMatching(/^[\da-f]{32}$/) };

describe("a stranger", () => {
  it.each([...strangers.keys()])("E1, E3, E12: that is %s is INTERNAL, with an id and a constant message", (name) => {
    const error = strangers.get(name);
    const { wire, reports } = explained(error);
    expect(wire).toEqual(internal);
    expect(JSON.stringify(wire)).not.toContain("canary");
    expect(reports).toHaveLength(1);
    expect(Object.is(reports[0]?.error, error)).toBe(true);
    expect(reports[0]?.errorId).toBe(wire.errorId);
    expect(reports[0]?.path).toBe("rooms.send");
    expect(reports[0]?.connection).toBe(connection);
  });

  it("E2: shows no stack, whatever the environment says", () => {
    for (const environment of ["development", "production", "test", ""]) {
      vi.stubEnv("NODE_ENV", environment);
      expect(Object.keys(explained(new Error("canary")).wire).sort()).toEqual(["code", "errorId", "message"]);
    }
    vi.unstubAllEnvs();
  });

  it("has an id of its own each time", () => {
    const error = new Error("same");
    expect(explained(error).wire.errorId).not.toBe(explained(error).wire.errorId);
  });

  it("of no procedure is reported without a path", () => {
    const { reports } = explained(new Error("x"), { known: false });
    expect(reports[0]).not.toHaveProperty("path");
  });
});

describe("a deliberate error", () => {
  it("with a standard code travels with its message, and is not reported", () => {
    const { wire, reports } = explained(new RpcError("NOT_FOUND", { message: "no such room", cause: "canary" }));
    expect(wire).toEqual({ code: "NOT_FOUND", message: "no such room" });
    expect(reports).toEqual([]);
  });

  it("that is declared travels with what its schema makes of the data", () => {
    const error = new RpcError("ROOM_FULL", { data: { capacity: 5, password: "canary" } });
    expect(explained(error)).toMatchObject({
      wire: { code: "ROOM_FULL", message: "ROOM_FULL", data: { capacity: 5 } },
      reports: [],
    });
    expect(JSON.stringify(explained(error).wire)).not.toContain("canary");
  });

  it("E3: that is declared without data travels without", () => {
    const { wire } = explained(new RpcError("GONE", { data: "canary" }));
    expect(wire).toEqual({ code: "GONE", message: "GONE" });
  });

  it.each([
    ["whose data is not what was declared", () => new RpcError("ROOM_FULL", { data: { capacity: "canary" } })],
    ["whose data is validated asynchronously", () => new RpcError("SLOW", { data: "canary" })],
    ["that nobody declared", () => new RpcError("ROOM_EMPTY", { message: "canary" })],
    ["called like a member of every object", () => new RpcError("constructor", { message: "canary" })],
    ["called __proto__", () => new RpcError("__proto__", { message: "canary" })],
    ["whose code is no string", () => new RpcError(undefined as never, { message: "canary" })],
    ["whose data is a bigint", () => new RpcError("NOT_FOUND", { data: 1n })],
    ["whose data is a function", () => new RpcError("NOT_FOUND", { data: () => "canary" })],
    ["whose data is a cycle", () => new RpcError("NOT_FOUND", { data: cycle() })],
    ["whose data has a key __proto__", () => new RpcError("NOT_FOUND", { data: JSON.parse('{"__proto__":1}') })],
    ["whose data is deeper than a message may be", () => new RpcError("NOT_FOUND", { data: nested(62) })],
  ])("%s is INTERNAL, and is reported", (_, make) => {
    const error = make();
    const { wire, reports } = explained(error);
    expect(wire).toEqual(internal);
    expect(reports.map((report) => report.error)).toEqual([error]);
  });

  it.each([
    ["NOPE", {}, "the contract declares no error NOPE"],
    [
      "ROOM_FULL",
      { data: { capacity: "canary" } },
      "not what the contract declares of ROOM_FULL: capacity: invalid_type (expected number)",
    ],
    ["SLOW", { data: "" }, "the schema of SLOW cannot be asked without waiting"],
  ])("%s with %j is reported with the reason why its caller was not told", (code, options, reason) => {
    expect(explained(new RpcError<string, unknown>(code, options)).reports).toMatchObject([{ reason }]);
  });

  it("has its data read once: a getter that throws later breaks nothing", () => {
    let reads = 0;
    const capacity = {
      toJSON: () => {
        if (reads++ > 0) throw new Error("the second time");
        return 5;
      },
    };
    const { wire } = explained(new RpcError("FAILED_PRECONDITION", { data: { capacity } }));
    expect(JSON.parse(JSON.stringify(wire))).toMatchObject({ code: "FAILED_PRECONDITION", data: { capacity: 5 } });
  });

  it("of no procedure may have a standard code only", () => {
    expect(explained(new RpcError("GONE"), { known: false }).wire).toEqual(internal);
    expect(explained(new RpcError("ABORTED"), { known: false }).wire.code).toBe("ABORTED");
  });
});

it("a refused call says so, and is not reported", () => {
  const { wire, reports } = explained(new RefusedCall("UNIMPLEMENTED", "no such procedure"));
  expect(wire).toEqual({ code: "UNIMPLEMENTED", message: "no such procedure", refused: true });
  expect(reports).toEqual([]);
});

describe("after an abort", () => {
  it.each([
    ["the signal's reason", (work: Work) => work.signal.reason],
    ["an AbortError", () => new DOMException("canary", "AbortError")],
    ["an Error of that name", () => Object.assign(new Error("canary"), { name: "AbortError" })],
  ])("a handler that throws %s did as it was told: nothing is reported", (_, make) => {
    const { work } = explained(undefined, { aborted: true });
    const reports: FailureReport[] = [];
    const wire = explain(make(work), {
      route,
      work,
      connection,
      role: "server",
      limits,
      report: (failure) => void reports.push(failure),
    });
    expect(wire).toMatchObject({ code: "CANCELLED" });
    expect(JSON.stringify(wire)).not.toContain("canary");
    expect(reports).toEqual([]);
  });

  it("a handler that throws anything else has failed", () => {
    expect(explained(new Error("canary"), { aborted: true }).reports).toHaveLength(1);
  });

  it("and without one, an AbortError is a stranger", () => {
    expect(explained(new DOMException("canary", "AbortError")).wire).toEqual(internal);
  });
});

function cycle(): unknown {
  const round: unknown[] = [];
  round.push(round);
  return round;
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it, vi } from "vitest";
import type { Connection } from "./define.js";
import { printFailure, Reports } from "./reports.js";

function setUp(perMinute = 3) {
  const clock = new VirtualClock();
  const heard: string[] = [];
  const reports = new Reports({
    clock,
    perMinute,
    onError: ({ error, connection }) => void heard.push(`${connection?.id ?? "-"} ${(error as Error).message}`),
  });
  const ada = { id: "ada" } as Connection;
  const bob = { id: "bob" } as Connection;
  const fail = (connection?: Connection, times = 1) => {
    for (let time = 0; time < times; time++) {
      const error = new Error("boom");
      reports.report(connection === undefined ? { error } : { error, connection });
    }
  };
  return { clock, reports, heard, ada, bob, fail };
}

describe("R21: failures of one connection", () => {
  it.each([
    [2, 2],
    [3, 3],
    [4, 3],
  ])("%d in a minute, are told %d times", (times, told) => {
    const { heard, ada, fail } = setUp();
    fail(ada, times);
    expect(heard).toHaveLength(told);
  });

  it("above the bound are told as one, in the next minute", () => {
    const { clock, heard, ada, fail } = setUp();
    fail(ada, 100);
    clock.advance(59_999);
    fail(ada);
    expect(heard).toHaveLength(3);
    clock.advance(1);
    fail(ada);
    expect(heard.slice(3)).toEqual([
      "ada 98 more failures of this connection were not reported (reportsPerMinute)",
      "ada boom",
    ]);
  });

  it("above the bound are told as one when it ends, and only then", () => {
    const { reports, heard, ada, fail } = setUp();
    fail(ada, 5);
    reports.ended(ada);
    reports.ended(ada);
    expect(heard.at(-1)).toBe("ada 2 more failures of this connection were not reported (reportsPerMinute)");
    expect(heard).toHaveLength(4);
  });

  it("are counted for each by itself, and more for nobody's", () => {
    const { heard, ada, bob, fail } = setUp();
    fail(ada, 10);
    fail(bob, 2);
    fail(undefined, 40);
    const count = (who: string) => heard.filter((line) => line.startsWith(who)).length;
    expect([count("ada"), count("bob"), count("-")]).toEqual([3, 2, 30]);
  });
});

it("D3: a hook that throws is reported, and an onError that throws harms nobody", () => {
  const { reports, heard } = setUp();
  reports.guard(() => {
    throw new Error("hook");
  });
  expect(heard).toEqual(["- hook"]);
});

it.each([
  ["trunkline: rooms.send: 4f2a:", { path: "rooms.send", errorId: "4f2a" }],
  ["trunkline: rooms.send:", { path: "rooms.send" }],
  ["trunkline:", {}],
])("a failure that nobody listens for is printed with the id that its caller was told: %s", (line, report) => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  const error = new Error("boom");
  printFailure({ ...report, error });
  expect(print.mock.calls).toEqual([[line, error]]);
  print.mockRestore();
});

it.each([0, -1, Number.NaN])("%d reports a minute are none to count by", (perMinute) => {
  expect(() => setUp(perMinute)).toThrow(TypeError);
});

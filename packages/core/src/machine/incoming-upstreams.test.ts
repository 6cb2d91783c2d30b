import { describe, expect, it } from "vitest";
import { type EndFrame, type EventFrame, op } from "../protocol/frame.js";
import { violations } from "../protocol/violations.js";
import { IncomingCall } from "./incoming-call.js";
import { type IncomingUpstreamEffect, IncomingUpstreams } from "./incoming-upstreams.js";

type Call = IncomingCall<string>;

const limits = { upstreamBytes: 1_024, upstreams: 2, callMaxMs: 1_000 };

/** The upstreams of calls, what was said to the other end, and what to the handlers. */
class Desk {
  readonly said: string[] = [];
  readonly told: string[] = [];
  readonly upstreams = new IncomingUpstreams<string>({
    session: {
      pushUrgent: (frame) => void this.said.push(frame),
      decline: (id) => void this.said.push(`decline ${id}`),
    },
    limits,
    emit: (effect: IncomingUpstreamEffect<string>) =>
      void this.told.push(effect.type === "item" ? `item ${String(effect.value)}` : effect.type),
  });

  item(call: Call, value: unknown, now = 0): string | undefined {
    return this.frame(call, { op: op.event, id: call.id, eventId: undefined, value, blob: undefined }, now);
  }

  end(call: Call): string | undefined {
    return this.frame(call, { op: op.end, id: call.id }, 0);
  }

  /** What was wrong with it. */
  frame(call: Call, frame: EventFrame | EndFrame, now: number): string | undefined {
    const wrong = this.upstreams.frame(call, frame, now);
    return wrong && violations[wrong.name];
  }
}

const callOf = (id: number): Call =>
  new IncomingCall(
    { op: op.call, id, path: "p", timeoutMs: 0, meta: undefined, input: undefined, blob: undefined },
    1_000,
    Infinity,
  );

/** An upstream in each state. */
const states = {
  none: () => {},
  open: (desk: Desk, call: Call) => void desk.item(call, "first"),
  ended: (desk: Desk, call: Call) => void desk.end(call),
  stopped: (desk: Desk, call: Call) => desk.upstreams.decline(call),
};

describe("an upstream that arrives", () => {
  const violation = "more of an upstream after its end (§5.6)";
  it.each([
    ["none", "open", ["item x"], undefined],
    ["open", "open", ["item x"], undefined],
    ["ended", "ended", [], violation],
    ["stopped", "stopped", [], undefined],
  ] as const)("is %s: an item makes it %s", (before, after, told, wrong) => {
    const [desk, call] = [new Desk(), callOf(1)];
    states[before](desk, call);
    desk.told.length = 0;
    expect(desk.item(call, "x")).toBe(wrong);
    expect([call.upstream?.name, desk.told]).toEqual([after, told]);
  });

  it.each([
    ["none", "ended", ["complete"], undefined],
    ["open", "ended", ["complete"], undefined],
    ["ended", "ended", [], violation],
    ["stopped", "stopped", [], undefined],
  ] as const)("is %s: an end makes it %s", (before, after, told, wrong) => {
    const [desk, call] = [new Desk(), callOf(1)];
    states[before](desk, call);
    desk.told.length = 0;
    expect(desk.end(call)).toBe(wrong);
    expect([call.upstream?.name, desk.told]).toEqual([after, told]);
  });

  it.each([
    ["none", "stopped", ["decline 1", "[3,1]"]],
    ["open", "stopped", ["decline 1", "[3,1]"]],
    ["ended", "ended", []],
    ["stopped", "stopped", []],
  ] as const)("is %s: a handler that wants no more makes it %s", (before, after, said) => {
    const [desk, call] = [new Desk(), callOf(1)];
    states[before](desk, call);
    desk.said.length = 0;
    desk.upstreams.decline(call);
    expect([call.upstream?.name, desk.said]).toEqual([after, said]);
  });

  it("is granted more when half of it has been taken", () => {
    const [desk, call] = [new Desk(), callOf(1)];
    for (const size of [478, 478]) desk.item(call, "x".repeat(size));
    desk.upstreams.take(call, 1, 0);
    expect(desk.said).toEqual(["[4,1,1536]"]);
  });

  it("is held to its credit, in what its items take as JSON", () => {
    const desk = new Desk();
    expect([desk.item(callOf(1), "x".repeat(990)), desk.item(callOf(3), "x".repeat(991))]).toEqual([
      undefined,
      "an item without credit (§5.6)",
    ]);
  });

  it("has no ids and no offset", () => {
    const [desk, call] = [new Desk(), callOf(1)];
    const withId = { op: op.event, id: 1, eventId: "e", value: 1, blob: undefined } as const;
    expect(desk.frame(call, withId, 0)).toBe("an item with an id (§5.6)");
    expect(desk.frame(call, { op: op.end, id: 1, offset: 4 }, 0)).toBe("an upstream that ends with an offset (§5.6)");
  });

  it("is one of limits.upstreams; what has settled does not count", () => {
    const desk = new Desk();
    const calls = [1, 3, 5].map(callOf);
    for (const call of calls.slice(0, 2)) expect(desk.item(call, "x")).toBeUndefined();
    expect(desk.item(calls[2]!, "x")).toBe("more upstreams than limits.upstreams (§5.6)");
    for (const call of calls) desk.upstreams.close(call);
    expect(desk.item(callOf(7), "x")).toBeUndefined();
  });

  it("keeps its call alive with every item that comes or is taken", () => {
    const [desk, call] = [new Desk(), callOf(1)];
    desk.item(call, "x", 900);
    expect(call.deadline).toBe(1_900);
    desk.upstreams.take(call, 1, 1_800);
    expect(call.deadline).toBe(2_800);
  });
});

import { describe, expect, it } from "vitest";
import { OutgoingCall } from "./outgoing-call.js";
import { OutgoingSlots } from "./outgoing-slots.js";

const request = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity } as const;
const kinds = { call: {}, stream: { kind: "subscription", credit: { events: 1, maxEvents: 1 } } } as const;

const callOf = (kind: keyof typeof kinds = "call") => new OutgoingCall<string>({ ...request, ...kinds[kind] }, kind);

/** Calls with slots: their ids are 1, 3, 5, and so on. */
function taken(count: number): [OutgoingSlots<string>, OutgoingCall<string>[]] {
  const slots = new OutgoingSlots<string>(1);
  const calls = Array.from({ length: count }, () => callOf());
  for (const call of calls) slots.take(call);
  return [slots, calls];
}

describe("the other end's slots", () => {
  it.each([
    ["call", { calls: 2, subscriptions: 0 }],
    ["stream", { calls: 0, subscriptions: 2 }],
  ] as const)("are as many for a %s as it has of that sort: %j", (kind, peer) => {
    const slots = new OutgoingSlots<string>(1);
    const other = callOf(kind === "call" ? "stream" : "call");
    slots.take(other);
    expect(slots.isFree(other, peer)).toBe(false);
    for (const free of [true, true, false]) {
      const call = callOf(kind);
      expect(slots.isFree(call, peer)).toBe(free);
      if (free) slots.take(call);
    }
    expect(slots.taken).toBe(3);
  });

  it.each(["call", "stream"] as const)("are free again once a %s has left, and once only", (kind) => {
    const slots = new OutgoingSlots<string>(1);
    const peer = { calls: 2, subscriptions: 2 };
    const [first, second] = [callOf(kind), callOf(kind)];
    slots.take(first);
    slots.take(second);
    slots.free(first);
    slots.free(first);
    expect([slots.has(first), slots.has(second), slots.taken]).toEqual([false, true, 1]);
    slots.take(callOf(kind));
    expect(slots.isFree(first, peer)).toBe(false);
  });

  it("are all free after a lost session, whose calls are returned in the order of their ids", () => {
    const [slots, calls] = taken(3);
    expect(slots.clear()).toEqual(calls);
    expect([slots.taken, slots.values()]).toEqual([0, []]);
    expect(slots.isFree(callOf(), { calls: 1, subscriptions: 0 })).toBe(true);
  });
});

describe("a call", () => {
  it("is queued with an id, and sent with it", () => {
    const [slots, [call]] = taken(1);
    expect(call?.state).toEqual({ name: "queued", id: 1 });
    expect(slots.send(call!, 1)).toBe(1);
    expect(call?.state).toEqual({ name: "sent", id: 1 });
    expect(slots.get(1)).toBe(call);
  });

  it("that others have overtaken takes a new id, by which alone it is found", () => {
    const [slots, [first, second, third]] = taken(3);
    expect([slots.send(second!, 3), slots.send(first!, 1), slots.send(third!, 5)]).toEqual([3, 7, 9]);
    expect([1, 3, 5, 7, 9].map((id) => slots.get(id))).toEqual([undefined, second, undefined, first, third]);
    expect(slots.taken).toBe(3);
  });

  it("takes no id of a session before", () => {
    const [slots, [call]] = taken(2);
    slots.send(call!, 1);
    slots.clear();
    slots.take(call!);
    expect(call?.id).toBe(5);
  });

  it("without an id, or with that of another conversation's call, has none here", () => {
    const [slots] = taken(1);
    const [, [stranger]] = taken(1);
    expect([slots.has(callOf()), slots.has(stranger!)]).toEqual([false, false]);
    slots.free(callOf());
    expect(slots.taken).toBe(1);
  });
});

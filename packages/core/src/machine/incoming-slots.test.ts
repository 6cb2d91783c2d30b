import { describe, expect, it } from "vitest";
import { op } from "../protocol/frame.js";
import { defaultLimits, type Limits } from "../protocol/limits.js";
import type { IncomingCall } from "./incoming-call.js";
import { IncomingSlots } from "./incoming-slots.js";

/** Slots, and a session that only collects. */
class Counter {
  readonly session = {
    backlog: { length: 0, size: 0, taken: 0 },
    bulkSize: 0,
    push: (frame: unknown) => void this.frames.push(JSON.parse(String(frame))),
  };
  readonly frames: unknown[] = [];
  readonly opened: IncomingCall<string>[] = [];
  readonly slots: IncomingSlots<string>;

  constructor(limits: Partial<Limits> = {}, firstId: 1 | 2 = 1) {
    const emit = ({ call }: { readonly call: IncomingCall<string> }) => void this.opened.push(call);
    this.slots = new IncomingSlots({ session: this.session, limits: { ...defaultLimits, ...limits }, firstId, emit });
  }

  call(id: number, timeoutMs = 0, now = 0) {
    const frame = { op: op.call, id, path: "p", timeoutMs, meta: undefined, input: 1 } as const;
    return this.slots.announce(id) ?? this.slots.request(frame, now);
  }

  subscribe(id: number, credit = 4, timeoutMs = 0) {
    const rest = { path: "p", timeoutMs, meta: undefined, lastEventId: undefined, input: 1 };
    return this.slots.announce(id) ?? this.slots.request({ op: op.subscribe, id, credit, ...rest }, 0);
  }

  get ids(): number[] {
    return this.opened.map(({ id }) => id);
  }
}

const refusal = (id: number, message: string) => [
  op.error,
  id,
  { code: "RESOURCE_EXHAUSTED", message: `${message} on this connection`, refused: true },
];

describe("an id of a request", () => {
  it.each([
    [1, 3, undefined],
    [1, 2, "wrongParity"],
    [2, 2, undefined],
    [2, 1, "wrongParity"],
  ] as const)("has the other end's parity, as %d: %d is %s", (firstId, id, reason) => {
    const wrong = new Counter({}, firstId).call(id);
    expect(wrong?.name).toBe(reason);
  });

  it("grows, even where the request before was refused, until the other end begins anew", () => {
    const counter = new Counter({ calls: 1 });
    counter.call(1);
    counter.call(5);
    expect([3, 5, 7].map((id) => counter.slots.isNew(id))).toEqual([false, false, true]);
    expect(counter.call(5)?.name).toBe("oldId");
    counter.slots.restart();
    expect(counter.call(1)).toBeUndefined();
    expect(counter.ids).toEqual([1, 1]);
  });
});

describe("a slot of the other end's", () => {
  it("is taken by each call, and streams have slots of their own", () => {
    const counter = new Counter({ calls: 2, subscriptions: 1 });
    for (const id of [1, 3, 5]) counter.call(id);
    for (const id of [7, 9]) counter.subscribe(id);
    expect([counter.ids, counter.slots.taken]).toEqual([[1, 3, 7], 3]);
    expect(counter.frames).toEqual([refusal(5, "too many calls"), refusal(9, "too many subscriptions")]);
  });

  it("is free once its handler has settled, however often that is said", () => {
    const counter = new Counter({ calls: 1, subscriptions: 1 });
    counter.call(1);
    counter.subscribe(3);
    expect(counter.opened.map((call) => counter.slots.free(call))).toEqual([true, true]);
    expect(counter.opened.map((call) => counter.slots.free(call))).toEqual([false, false]);
    counter.call(5);
    counter.subscribe(7);
    counter.subscribe(9);
    expect([counter.ids, counter.slots.taken]).toEqual([[1, 3, 5, 7], 2]);
  });

  it("of a session that was lost is not that of the call which has its id now", () => {
    const counter = new Counter();
    counter.subscribe(1);
    counter.slots.restart();
    counter.subscribe(1);
    const [old, now] = counter.opened;
    expect([counter.slots.free(old!), counter.slots.get(1), counter.slots.taken]).toEqual([false, now, 1]);
  });

  it.each([
    [{ length: 1, size: defaultLimits.outboundHardBytes - 1, taken: 0 }, 0, 2],
    [{ length: 1, size: defaultLimits.outboundHardBytes, taken: 0 }, 0, 0],
    [{ length: 0, size: 0, taken: 0 }, defaultLimits.valueBytes - 1, 2],
    [{ length: 0, size: 0, taken: 0 }, defaultLimits.valueBytes, 0],
  ])(
    "is not given while too much waits to be sent: %j, and %d of what is large: %d have one",
    (backlog, bulk, open) => {
      const counter = new Counter();
      Object.assign(counter.session, { backlog, bulkSize: bulk });
      counter.call(1);
      counter.subscribe(3);
      expect(counter.slots.taken).toBe(open);
      const refused = [1, 3].map((id) => refusal(id, "too much waits to be sent"));
      expect(counter.frames).toEqual(open === 0 ? refused : []);
    },
  );
});

describe("the sweep of deadlines", () => {
  it("finds those that have passed, and the earliest of the others", () => {
    const counter = new Counter();
    for (const [id, timeoutMs] of [
      [1, 300],
      [3, 100],
      [5, 200],
    ] as const)
      counter.call(id, timeoutMs);
    const overdue = (now: number) => {
      const calls = counter.slots.overdue(now);
      for (const call of calls) call.state = "abandoned";
      return [calls.map(({ id }) => id), counter.slots.deadline];
    };
    expect([99, 100, 100, 300].map(overdue)).toEqual([
      [[], 100],
      [[3], 200],
      [[], 200],
      [[1, 5], Infinity],
    ]);
  });

  it("finds a call whose deadline was put off when that has come", () => {
    const counter = new Counter({ callMaxMs: 100 });
    counter.call(1);
    counter.opened[0]!.keepAlive(50, 100);
    expect([counter.slots.overdue(100), counter.slots.deadline]).toEqual([[], 150]);
    expect(counter.slots.overdue(150)).toEqual(counter.opened);
  });

  it("is over when nobody waits for anything", () => {
    const counter = new Counter();
    counter.call(1, 100);
    expect(counter.slots.dismiss()).toEqual(counter.opened);
    expect([counter.slots.deadline, counter.slots.taken]).toEqual([Infinity, 1]);
  });
});

import { describe, expect, it } from "vitest";
import { op } from "../protocol/frame.js";
import { defaultLimits, type Limits, peerLimits } from "../protocol/limits.js";
import type { IncomingCall, IncomingState } from "./incoming-call.js";
import { IncomingCalls } from "./incoming-calls.js";
import type { IncomingEffect } from "./incoming-words.js";

type Call = IncomingCall<string>;

/** No stream here is fed by a topic. */
type CallEffect = Exclude<IncomingEffect<string>, { type: "share" }>;

/** One end's handlers, and a session that only collects. */
class Desk {
  readonly calls: IncomingCalls<string>;
  readonly pushed: string[] = [];
  readonly sending = new Set<number>();
  readonly backlog = { length: 0, size: 0, taken: 0 };
  /** Every call that was asked for, by id. */
  readonly opened = new Map<number, Call>();
  #effects: CallEffect[] = [];

  constructor(limits: Partial<Limits> = {}, firstId: 1 | 2 = 1) {
    this.calls = new IncomingCalls({
      session: {
        push: (frame) => void this.pushed.push(String(frame)),
        pushUrgent: (frame) => void this.pushed.push(frame),
        backlog: this.backlog,
        state: { name: "attached", generation: 1, congested: false },
        flows: true,
        bulkSize: 0,
        isSending: (id) => this.sending.has(id),
        withdraw: (key) => void (typeof key === "number" && this.sending.delete(key)),
        decline: () => {},
      },
      limits: { ...defaultLimits, ...limits },
      firstId,
      emit: (effect) => void this.#effects.push(effect as CallEffect),
    });
  }

  call(id: number, timeoutMs = 0, now = 0): Call {
    const wrong = this.calls.request({ op: op.call, id, path: "p", timeoutMs, meta: undefined, input: id }, now);
    return this.#find(id, wrong);
  }

  subscribe(id: number, credit = 4, timeoutMs = 0): Call {
    const rest = { path: "p", timeoutMs, meta: undefined, lastEventId: undefined, input: id };
    return this.#find(id, this.calls.request({ op: op.subscribe, id, credit, ...rest }, 0));
  }

  /** What was asked of the hands since the last look: `effect id`. */
  asked(): string[] {
    const effects = this.#effects;
    this.#effects = [];
    for (const effect of effects) this.opened.set(effect.call.id, effect.call);
    return effects.map(
      (effect) => `${effect.type} ${effect.call.id}${effect.type === "abort" ? ` ${effect.reason}` : ""}`,
    );
  }

  frames(): unknown[] {
    return this.pushed.splice(0).map((text) => JSON.parse(text) as unknown);
  }

  #find(id: number, wrong: unknown): Call {
    expect(wrong).toBeUndefined();
    for (const effect of this.#effects) this.opened.set(effect.call.id, effect.call);
    return this.opened.get(id)!;
  }
}

const softBytes = defaultLimits.outboundSoftBytes;

/** A call in each state, ready for the event of a row; all have id 1 and a deadline of 1,000. */
/** Those of streams that topics feed stand in joined-streams.test.ts. */
type PulledState = Exclude<IncomingState, "settled" | "apart" | "joining" | "joined" | "asking">;

const states: Record<PulledState, (desk: Desk) => Call> = {
  running: (desk) => desk.call(1, 1_000),
  starting: (desk) => desk.subscribe(1, 4, 1_000),
  paused: (desk) => {
    desk.backlog.size = softBytes;
    const call = desk.subscribe(1, 4, 1_000);
    desk.calls.ready(call);
    return call;
  },
  pulling: (desk) => {
    const call = desk.subscribe(1, 4, 1_000);
    desk.calls.ready(call);
    return call;
  },
  abandoned: (desk) => {
    const call = desk.subscribe(1, 4, 1_000);
    desk.calls.request({ op: op.cancel, id: 1 }, 0);
    return call;
  },
};

const events: Record<string, (desk: Desk, call: Call) => void> = {
  ready: (desk, call) => desk.calls.ready(call),
  pull: (desk) => {
    desk.backlog.size = 0;
    desk.calls.resume();
  },
  event: (desk, call) => desk.calls.event(call, '"v"', "e"),
  gap: (desk, call) => desk.calls.gap(call, "r"),
  "no room": (desk) => {
    desk.backlog.size = softBytes;
    desk.calls.resume();
  },
  cancel: (desk) => void desk.calls.request({ op: op.cancel, id: 1 }, 0),
  deadline: (desk) => desk.calls.expire(1_000),
  end: (desk) => desk.calls.end(),
  reply: (desk, call) => desk.calls.reply(call, '"v"'),
  fail: (desk, call) => desk.calls.fail(call, { code: "ABORTED", message: "m" }),
  finish: (desk, call) => desk.calls.finish(call),
};

const late = [6, 1, { code: "DEADLINE_EXCEEDED", message: "the call's deadline passed" }];
const settling: [string, unknown[]][] = [
  ["reply", [[5, 1, "v"]]],
  ["fail", [[6, 1, { code: "ABORTED", message: "m" }]]],
  ["finish", [[8, 1]]],
];

type Row = [keyof typeof states, string, IncomingState, string[], unknown[]];

describe("the state table", () => {
  const answered = (["running", "starting", "paused", "pulling"] as const).flatMap((state): Row[] => [
    [state, "cancel", "abandoned", ["abort 1 cancelled"], []],
    [state, "deadline", "abandoned", ["abort 1 deadline"], [late]],
    [state, "end", "abandoned", ["abort 1 ended"], []],
    ...settling.map(([event, frames]): Row => [state, event, "settled", [], frames]),
  ]);
  const rows: Row[] = [
    ...answered,
    ["running", "ready", "running", [], []],
    ["running", "pull", "running", [], []],
    ["running", "event", "running", [], []],
    ["running", "gap", "running", [], []],
    ["running", "no room", "running", [], []],
    ["starting", "ready", "pulling", ["pull 1"], []],
    ["starting", "pull", "starting", [], []],
    ["starting", "event", "starting", [], []],
    ["starting", "gap", "starting", [], []],
    ["starting", "no room", "starting", [], []],
    ["paused", "ready", "paused", [], []],
    ["paused", "pull", "pulling", ["pull 1"], []],
    ["paused", "event", "paused", [], []],
    ["paused", "gap", "paused", [], []],
    ["paused", "no room", "paused", [], []],
    ["pulling", "ready", "pulling", [], []],
    ["pulling", "pull", "pulling", [], []],
    ["pulling", "event", "pulling", ["pull 1"], [[7, 1, "e", "v"]]],
    ["pulling", "gap", "pulling", ["pull 1"], [[9, 1, "r"]]],
    ["pulling", "no room", "pulling", [], []],
    ...["ready", "pull", "event", "gap", "no room", "cancel", "deadline", "end"].map(
      (event): Row => ["abandoned", event, "abandoned", [], []],
    ),
    ...settling.map(([event]): Row => ["abandoned", event, "settled", [], []]),
  ];

  it.each(rows)("%s | %s → %s, %j", (state, event, next, asked, frames) => {
    const desk = new Desk();
    const call = states[state](desk);
    expect(call.state).toBe(state);
    desk.asked();
    desk.frames();
    events[event]!(desk, call);
    expect(call.state).toBe(next);
    expect(desk.asked()).toEqual(asked);
    expect(desk.frames()).toEqual(frames);
    expect(desk.calls.open).toBe(next === "settled" ? 0 : 1);
  });

  it("starting | ready, but no room → paused", () => {
    const desk = new Desk();
    expect(states.paused(desk).state).toBe("paused");
    expect(desk.asked()).toEqual(["request 1"]);
  });

  it("pulling | event, then no credit → paused", () => {
    const desk = new Desk();
    const call = desk.subscribe(1, 1);
    desk.calls.ready(call);
    desk.calls.event(call, "1", undefined);
    expect(call.state).toBe("paused");
    expect(desk.asked()).toEqual(["request 1", "pull 1"]);
  });

  it.each(Object.keys(events))("settled | %s → nothing", (event) => {
    const desk = new Desk();
    const call = states.pulling(desk);
    desk.calls.finish(call);
    desk.asked();
    desk.frames();
    events[event]!(desk, call);
    expect([call.state, desk.asked(), desk.frames(), desk.calls.open]).toEqual(["settled", [], [], 0]);
  });
});

describe("an id", () => {
  it("that is not open may be cancelled and granted credit: the race with the end", () => {
    const desk = new Desk();
    expect(desk.calls.request({ op: op.cancel, id: 7 }, 0)).toBeUndefined();
    expect(desk.calls.request({ op: op.credit, id: 7, limit: 1e9 }, 0)).toBeUndefined();
    expect(desk.asked()).toEqual([]);
  });
});

describe("a slot", () => {
  it.each(["reply", "fail", "finish"])("is free after %s, and not after a cancel or a deadline", (event) => {
    const desk = new Desk({ calls: 1 });
    const call = desk.call(1, 1_000);
    desk.calls.request({ op: op.cancel, id: 1 }, 0);
    desk.calls.expire(1_000);
    desk.call(3);
    expect(desk.frames()).toHaveLength(1);
    events[event]!(desk, call);
    desk.call(5);
    expect(desk.frames()).toEqual([]);
    expect(desk.calls.open).toBe(1);
  });

  it("is free once, however often a handler settles", () => {
    const desk = new Desk({ subscriptions: 2 });
    const [first] = [desk.subscribe(1), desk.subscribe(3)];
    for (let i = 0; i < 3; i++) desk.calls.finish(first!);
    desk.subscribe(5);
    desk.subscribe(7);
    expect(desk.frames()).toEqual([
      [8, 1],
      [6, 7, expect.objectContaining({ code: "RESOURCE_EXHAUSTED" })],
    ]);
  });
});

describe("credit", () => {
  it.each([
    [7, true],
    [8, true],
    [9, false],
  ])("of %d is granted at first, where 8 is the most: %s", (credit, fine) => {
    const desk = new Desk({ creditMaxEvents: 8 });
    const rest = { path: "p", timeoutMs: 0, meta: undefined, lastEventId: undefined, input: 1 };
    expect(desk.calls.request({ op: op.subscribe, id: 1, credit, ...rest }, 0) === undefined).toBe(fine);
    expect(desk.asked()).toHaveLength(fine ? 1 : 0);
  });

  it.each([
    [8, true],
    [9, true],
    [10, false],
  ])("may reach %d when 1 was produced and 8 is the most: %s", (limit, fine) => {
    const desk = new Desk({ creditMaxEvents: 8 });
    const call = desk.subscribe(1, 1);
    desk.calls.ready(call);
    desk.calls.event(call, "1", undefined);
    expect(desk.calls.request({ op: op.credit, id: 1, limit }, 0) === undefined).toBe(fine);
    expect(call.state).toBe(fine ? "pulling" : "paused");
  });

  it("pulls as many events as were granted, then waits for more", () => {
    const desk = new Desk();
    const call = desk.subscribe(1, 3);
    desk.calls.ready(call);
    for (let i = 0; i < 5; i++) desk.calls.event(call, String(i), undefined);
    expect(desk.frames()).toEqual([
      [7, 1, null, 0],
      [7, 1, null, 1],
      [7, 1, null, 2],
    ]);
    expect(desk.asked()).toEqual(["request 1", "pull 1", "pull 1", "pull 1"]);
    desk.calls.request({ op: op.credit, id: 1, limit: 4 }, 0);
    expect(desk.asked()).toEqual(["pull 1"]);
    desk.calls.gap(call, "hole");
    expect([call.state, desk.frames(), desk.asked()]).toEqual(["paused", [[9, 1, "hole"]], []]);
  });

  it("for a call, which has none, is ignored", () => {
    const desk = new Desk();
    desk.call(1);
    expect(desk.calls.request({ op: op.credit, id: 1, limit: 1e9 }, 0)).toBeUndefined();
  });

  it("that comes while the source works is used afterwards", () => {
    const desk = new Desk();
    const call = desk.subscribe(1, 1);
    desk.calls.request({ op: op.credit, id: 1, limit: 2 }, 0);
    desk.calls.ready(call);
    desk.calls.request({ op: op.credit, id: 1, limit: 3 }, 0);
    expect(desk.asked()).toEqual(["request 1", "pull 1"]);
    desk.calls.event(call, "1", undefined);
    expect(desk.asked()).toEqual(["pull 1"]);
  });
});

describe("room", () => {
  it.each(["cancel", "deadline", "end", "finish"])(
    "is not given to a stream that has stalled and then met %s",
    (event) => {
      const desk = new Desk();
      const call = states.paused(desk);
      events[event]!(desk, call);
      desk.asked();
      desk.backlog.size = 0;
      desk.calls.resume();
      expect(desk.asked()).toEqual([]);
    },
  );
});

describe("a deadline", () => {
  const longest = defaultLimits.callMaxMs;

  it.each([
    [1, 1],
    [longest - 1, longest - 1],
    [longest, longest],
    [longest + 1, longest],
    [0, longest],
  ])("of a call with timeoutMs %d is %d from now", (timeoutMs, deadline) => {
    const desk = new Desk();
    expect(desk.call(1, timeoutMs, 500).deadline).toBe(500 + deadline);
    expect(desk.calls.deadline).toBe(500 + deadline);
  });

  it.each([
    [0, Infinity],
    [longest + 1, longest + 1],
  ])("of a stream with timeoutMs %d is %d", (timeoutMs, deadline) => {
    expect(new Desk().subscribe(1, 4, timeoutMs).deadline).toBe(deadline);
  });

  it.each([
    [999, []],
    [1_000, ["abort 1 deadline"]],
    [1_001, ["abort 1 deadline"]],
  ])("of 1,000 at %d", (now, asked) => {
    const desk = new Desk();
    states.running(desk);
    desk.asked();
    desk.calls.expire(now);
    expect(desk.asked()).toEqual(asked);
  });

  it("is none when all is over", () => {
    const desk = new Desk();
    desk.call(1, 100);
    desk.calls.end();
    expect(desk.calls.deadline).toBe(Infinity);
  });
});

describe("an answer larger than the other end takes", () => {
  const messageBytes = 1_000;
  const value = (bytes: number) => `"${"€".repeat(100)}${"a".repeat(bytes - 302)}"`;

  it.each([
    ["reply", 936, false],
    ["reply", 937, true],
    ["event", 936, false],
    ["event", 937, true],
  ])("is replaced by an error and reported: %s, a frame of %d bytes: %s", (kind, bytes, oversized) => {
    const desk = new Desk();
    desk.calls.attached({ ...peerLimits(defaultLimits), messageBytes });
    const call = kind === "reply" ? desk.call(1) : desk.subscribe(1);
    desk.calls.ready(call);
    desk.asked();
    if (kind === "reply") desk.calls.reply(call, value(bytes - "[5,1,]".length));
    else desk.calls.event(call, value(bytes - "[7,1,null,]".length), undefined);
    const [frame] = desk.pushed;
    expect(Buffer.byteLength(frame!) <= messageBytes).toBe(true);
    expect(frame!.startsWith('[6,1,{"code":"INTERNAL"')).toBe(oversized);
    expect(desk.asked().includes("oversized 1")).toBe(oversized);
  });

  it("stops the stream it came from, whose slot is free when it has stopped", () => {
    const desk = new Desk();
    desk.calls.attached({ ...peerLimits(defaultLimits), messageBytes });
    const call = states.pulling(desk);
    desk.asked();
    desk.calls.event(call, value(2_000), "e");
    expect([call.state, desk.calls.open]).toEqual(["abandoned", 1]);
    expect(desk.asked()).toEqual(["oversized 1", "abort 1 cancelled"]);
    desk.calls.finish(call);
    expect([desk.frames().length, desk.calls.open]).toEqual([1, 0]);
  });

  it("may be an error too", () => {
    const desk = new Desk();
    desk.calls.attached({ ...peerLimits(defaultLimits), messageBytes });
    desk.calls.fail(desk.call(1), { code: "BIG", message: "m".repeat(2_000) });
    expect(desk.frames()).toEqual([[6, 1, expect.objectContaining({ code: "INTERNAL" })]]);
  });
});

describe("when the other end begins anew", () => {
  it("what runs is abandoned, its slots are free, and ids begin again", () => {
    const desk = new Desk({ calls: 1, subscriptions: 1 });
    const [old, oldStream] = [desk.call(1), desk.subscribe(3)];
    desk.asked();
    desk.calls.restart();
    expect(desk.asked()).toEqual(["abort 1 ended", "abort 3 ended"]);
    expect(desk.calls.open).toBe(0);
    const again = desk.call(1);
    const againStream = desk.subscribe(3);
    expect(again).not.toBe(old);
    expect(desk.frames()).toEqual([]);
    desk.calls.reply(old, "1");
    desk.calls.finish(oldStream);
    expect([desk.frames(), desk.calls.open]).toEqual([[], 2]);
    desk.calls.reply(again, "2");
    desk.calls.finish(againStream);
    expect([desk.frames(), desk.calls.open]).toEqual([
      [
        [5, 1, 2],
        [8, 3],
      ],
      0,
    ]);
  });
});

describe("a peer that does not take its answers", () => {
  const request = { path: "p", timeoutMs: 0, meta: undefined, input: 1 };
  /** A desk without a free slot, and how many more requests it refuses before it has had enough. */
  function refusals(desk: Desk, from: number, most: number): number {
    for (let count = 0; count < most; count++) {
      const wrong = desk.calls.request({ op: op.call, id: from + 2 * count, ...request }, 0);
      if (wrong !== undefined) {
        expect(wrong).toMatchObject({ type: "violation", close: "flood" });
        return count;
      }
      desk.backlog.length++;
    }
    return most;
  }

  it("is refused so many requests at a time, and then it is a flood", () => {
    const desk = new Desk({ calls: 1 });
    desk.call(1);
    expect(refusals(desk, 3, 10_000)).toBe(4_096);
  });

  it("may be refused any number, if it takes the refusals", () => {
    const desk = new Desk({ calls: 1 });
    desk.call(1);
    for (let round = 0; round < 10; round++) {
      expect(refusals(desk, 3 + round * 8_000, 4_000)).toBe(4_000);
      desk.backlog.taken += desk.backlog.length;
      desk.backlog.length = 0;
    }
  });
});

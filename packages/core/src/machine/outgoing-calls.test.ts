import { describe, expect, it } from "vitest";
import { frameSize, whole } from "../protocol/blob.js";
import { op, type WireError } from "../protocol/frame.js";
import { defaultLimits, type Limits, type PeerLimits, peerLimits } from "../protocol/limits.js";
import { OutgoingCall, type OutgoingRequest } from "./outgoing-call.js";
import { OutgoingCalls } from "./outgoing-calls.js";
import type { OutgoingEffect } from "./outgoing-words.js";
import { Session } from "./session.js";

type Call = OutgoingCall<string>;

const request: OutgoingRequest = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity };
const stream = { kind: "subscription", credit: { events: 4, maxEvents: 8 } } as const;

function callOf(name: string, changes: Partial<OutgoingRequest> = {}): Call {
  return new OutgoingCall(
    { ...request, ...(name.startsWith("mutation") ? { kind: "mutation", repeatable: false } : {}), ...changes },
    name,
  );
}

/** One end's calls with the session below them, and what came of each. */
class Desk {
  readonly session: Session<Call>;
  readonly calls: OutgoingCalls<string>;
  readonly limits: Limits;
  #effects: OutgoingEffect<string>[] = [];

  constructor(limits: Partial<Limits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.session = new Session<Call>(this.limits, {
      render: (call, now, inParts) => this.calls.render(call, now, inParts),
      departed: (call) => this.calls.departed(call),
    });
    const emit = (effect: OutgoingEffect<string>) => void this.#effects.push(effect);
    this.calls = new OutgoingCalls({ session: this.session, limits: this.limits, firstId: 1, emit });
  }

  attach(generation = 1, peer: Partial<PeerLimits> = {}): this {
    const limits = { ...peerLimits(this.limits), ...peer };
    this.session.attach(generation, 0, limits);
    this.calls.attached(limits);
    this.calls.release();
    return this;
  }

  /** Everything there is to write, as frames. */
  write(now = 0): unknown[] {
    const frames: unknown[] = [];
    for (let text = this.session.write(now); text !== undefined; text = this.session.write(now)) {
      frames.push(...(JSON.parse(String(text)) as unknown[]).slice(1));
    }
    return frames;
  }

  /** What was said to the callers since the last look: `name: effect`. */
  said(): string[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects.map((effect) => {
      const name = effect.call.sink;
      if (effect.type === "failure") return `${name}: ${effect.error.code} ${effect.error.outcome}`;
      if (effect.type === "gap") return `${name}: gap`;
      if (effect.type === "end" || effect.type === "read" || effect.type === "stop") return `${name}: ${effect.type}`;
      return `${name}: ${effect.type} ${String(effect.value)}`;
    });
  }

  lose(): void {
    this.session.clear();
    this.calls.sessionLost();
  }
}

/** A call in each state, ready for the event of a row. */
const states = {
  waiting(call: Call, desk: Desk) {
    desk.calls.add(call);
  },
  queued(call: Call, desk: Desk) {
    desk.attach().calls.add(call);
  },
  sent(call: Call, desk: Desk) {
    desk.attach().calls.add(call);
    desk.write();
  },
  settled(call: Call, desk: Desk) {
    desk.attach().calls.add(call);
    desk.write();
    desk.calls.answer({ op: op.error, id: 1, error: { code: "ABORTED", message: "" } });
    desk.said();
  },
};

type StateName = keyof typeof states;

const events = {
  "room, slot free": (_: Call, desk: Desk) => void (desk.session.state.name === "attached" || desk.attach()),
  departs: (_: Call, desk: Desk) => void desk.write(),
  answer: (_: Call, desk: Desk) => desk.calls.answer({ op: op.result, id: 1, value: "v" }),
  cancel: (call: Call, desk: Desk) => desk.calls.cancel(call),
  deadline: (_: Call, desk: Desk) => desk.calls.expire(1_000),
  "session lost": (_: Call, desk: Desk) => desk.lose(),
  end: (_: Call, desk: Desk) => desk.calls.end({ code: "UNAVAILABLE", message: "over" }),
};

type Row = [StateName, keyof typeof events, StateName, string[]];

describe("the state table", () => {
  const rows: Row[] = [
    ["waiting", "room, slot free", "queued", []],
    ["waiting", "departs", "waiting", []],
    ["waiting", "answer", "waiting", []],
    ["waiting", "cancel", "settled", ["mutation: CANCELLED not-sent"]],
    ["waiting", "deadline", "settled", ["mutation: DEADLINE_EXCEEDED not-sent"]],
    ["waiting", "session lost", "waiting", []],
    ["waiting", "end", "settled", ["mutation: UNAVAILABLE not-sent"]],
    ["queued", "room, slot free", "queued", []],
    ["queued", "departs", "sent", []],
    ["queued", "cancel", "settled", ["mutation: CANCELLED not-sent"]],
    ["queued", "deadline", "settled", ["mutation: DEADLINE_EXCEEDED not-sent"]],
    ["queued", "session lost", "waiting", []],
    ["queued", "end", "settled", ["mutation: UNAVAILABLE not-sent"]],
    ["sent", "room, slot free", "sent", []],
    ["sent", "departs", "sent", []],
    ["sent", "answer", "settled", ["mutation: result v"]],
    ["sent", "cancel", "settled", ["mutation: CANCELLED unknown"]],
    ["sent", "deadline", "settled", ["mutation: DEADLINE_EXCEEDED unknown"]],
    ["sent", "session lost", "settled", ["mutation: UNAVAILABLE unknown"]],
    ["sent", "end", "settled", ["mutation: UNAVAILABLE unknown"]],
    ...Object.keys(events).map((event): Row => ["settled", event as keyof typeof events, "settled", []]),
  ];

  it.each(rows)("%s | %s → %s, %j", (state, event, next, said) => {
    const desk = new Desk();
    const call = callOf("mutation", { deadline: 1_000 });
    states[state](call, desk);
    expect(call.state.name).toBe(state);
    const wrong = events[event](call, desk);
    expect(wrong).toBeUndefined();
    expect(call.state.name).toBe(next);
    expect(desk.said()).toEqual(said);
    expect(desk.calls.open).toBe(next === "settled" ? 0 : 1);
  });

  it("queued | answer → violation", () => {
    const desk = new Desk();
    const call = callOf("query");
    states.queued(call, desk);
    expect(events.answer(call, desk)).toMatchObject({ type: "violation" });
    expect(call.state.name).toBe("queued");
  });

  it.each([
    ["a query", callOf("query")],
    ["a stream", callOf("stream", { ...stream, repeatable: false, lastEventId: "e" })],
  ])("sent | session lost → waiting: %s", (_, call) => {
    const desk = new Desk();
    states.sent(call, desk);
    desk.lose();
    expect(call.state.name).toBe("waiting");
    expect(desk.said()).toEqual([]);
  });

  it.each(["cancel", "deadline"] as const)("sent | %s → a cancel frame, and only then", (event) => {
    for (const [state, frames] of [
      ["waiting", []],
      ["queued", []],
      ["sent", [[3, 1]]],
    ] as const) {
      const desk = new Desk();
      const call = callOf("mutation", { deadline: 1_000 });
      states[state](call, desk);
      events[event](call, desk);
      if (state === "waiting") desk.attach();
      expect(desk.write(1_000)).toEqual(frames);
    }
  });
});

describe("an answer", () => {
  /** A query with id 1 and a stream with id 3, both sent. */
  function open(): Desk {
    const desk = new Desk().attach();
    desk.calls.add(callOf("query"));
    desk.calls.add(callOf("stream", { ...stream }));
    desk.write();
    return desk;
  }
  const error: WireError = { code: "ABORTED", message: "m" };

  it.each([
    ["a result", { op: op.result, id: 1, value: 7 } as const, "query: result 7"],
    ["an error", { op: op.error, id: 1, error } as const, "query: ABORTED answered"],
    ["an event", { op: op.event, id: 3, eventId: "e", value: 7 } as const, "stream: event 7"],
    ["a gap", { op: op.gap, id: 3, reason: "r" } as const, "stream: gap"],
    ["an end", { op: op.end, id: 3 } as const, "stream: end"],
    ["an error of a stream", { op: op.error, id: 3, error } as const, "stream: ABORTED answered"],
  ])("is %s", (_, frame, said) => {
    const desk = open();
    expect(desk.calls.answer(frame)).toBeUndefined();
    expect(desk.said()).toEqual([said]);
  });

  it.each([
    ["a result for a stream", { op: op.result, id: 3, value: 7 } as const],
    ["an event for a call", { op: op.event, id: 1, eventId: undefined, value: 7 } as const],
    ["a gap for a call", { op: op.gap, id: 1, reason: "r" } as const],
    ["an end for a call", { op: op.end, id: 1 } as const],
  ])("is a violation when it is %s", (_, frame) => {
    const desk = open();
    expect(desk.calls.answer(frame)).toMatchObject({ type: "violation", close: "protocol" });
    expect(desk.said()).toEqual([]);
  });

  it.each([1, 2, 5, 99])("to call %d, which is not open, is ignored", (id) => {
    const desk = open();
    desk.calls.answer({ op: op.result, id: 1, value: 7 });
    desk.said();
    expect(desk.calls.answer({ op: op.result, id, value: 8 })).toBeUndefined();
    expect(desk.calls.answer({ op: op.event, id, eventId: undefined, value: 8 })).toBeUndefined();
    expect(desk.said()).toEqual([]);
  });

  it("without credit is a violation, be it an event or a gap", () => {
    for (const frame of [
      { op: op.event, id: 3, eventId: undefined, value: 1 } as const,
      { op: op.gap, id: 3, reason: "" } as const,
    ]) {
      const desk = open();
      for (let i = 0; i < 4; i++) expect(desk.calls.answer(frame)).toBeUndefined();
      expect(desk.calls.answer(frame)).toMatchObject({ type: "violation" });
    }
  });
});

describe("a frame", () => {
  it.each([
    [100, 1_000, 900],
    [999, 1_000, 1],
    [999.5, 1_000, 1],
    [0, Infinity, 0],
  ])("sent at %d carries what is left of the deadline %d: %d", (now, deadline, left) => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("query", { deadline }));
    expect(desk.write(now)).toEqual([[1, 1, "p", left, null]]);
  });

  it.each([1_000, 1_001])("is not sent at %d when the deadline is 1,000", (now) => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("query", { deadline: 1_000 }));
    expect(desk.write(now)).toEqual([]);
    desk.calls.expire(now);
    expect(desk.said()).toEqual(["query: DEADLINE_EXCEEDED not-sent"]);
  });

  it("carries input and metadata as they were given", () => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("query", { input: '{"a":1}', meta: '{"b":2}' }));
    desk.calls.add(callOf("stream", { ...stream, input: "[]", lastEventId: "e" }));
    expect(desk.write()).toEqual([
      [1, 1, "p", 0, { b: 2 }, { a: 1 }],
      [2, 3, "p", 0, null, 4, "e", []],
    ]);
  });

  it.each([
    ["a call", {}],
    ["a call with metadata", { input: "[1]", meta: '{"b":"€"}' }],
    ["a stream", { ...stream }],
    ["a stream that continues", { ...stream, lastEventId: '"'.repeat(1_024) }],
  ])("of %s is no larger than was counted for it", (_, changes) => {
    const call = callOf("x", { deadline: Number.MAX_SAFE_INTEGER, ...changes });
    expect(frameSize(call.frame(Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER))).toBeLessThanOrEqual(call.size);
  });

  it("that is cancelled before it is written leaves nothing behind", () => {
    const desk = new Desk().attach();
    const call = callOf("query");
    desk.calls.add(call);
    desk.calls.add(callOf("other"));
    desk.calls.cancel(call);
    expect(desk.write()).toEqual([[1, 3, "p", 0, null]]);
  });
});

describe("the other end's slots", () => {
  it.each([
    [1, 1, 0],
    [2, 2, 0],
    [3, 2, 1],
  ])("for %d calls let %d of them go, and %d wait", (count, sent, waiting) => {
    const desk = new Desk().attach(1, { calls: 2 });
    for (let i = 1; i <= count; i++) desk.calls.add(callOf(`c${i}`));
    expect(desk.write()).toHaveLength(sent);
    expect([desk.calls.inFlight, desk.calls.open - desk.calls.inFlight]).toEqual([sent, waiting]);
  });

  it.each([
    ["an answer", (desk: Desk) => void desk.calls.answer({ op: op.result, id: 1, value: 1 })],
    ["a cancel", (desk: Desk, call: Call) => desk.calls.cancel(call)],
    ["a deadline", (desk: Desk) => desk.calls.expire(500)],
  ])("are free again after %s", (_, event) => {
    const desk = new Desk().attach(1, { calls: 1 });
    const first = callOf("first", { deadline: 500 });
    desk.calls.add(first);
    desk.calls.add(callOf("second"));
    desk.write();
    event(desk, first);
    desk.calls.release();
    expect(desk.write(500)).toContainEqual([1, 3, "p", 0, null]);
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
  ])("for %d streams refuse %d of them", (count, refused) => {
    const desk = new Desk().attach(1, { subscriptions: 2, calls: 1 });
    desk.calls.add(callOf("call"));
    for (let i = 1; i <= count; i++) desk.calls.add(callOf(`s${i}`, { ...stream }));
    expect(desk.said()).toEqual(Array(refused).fill("s3: RESOURCE_EXHAUSTED not-sent"));
    expect(desk.write()).toHaveLength(1 + count - refused);
  });
});

describe("what waits", () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
  ])("offline is at most limits.offlineCalls: %d of 2 calls refuse %d", (count, refused) => {
    const desk = new Desk({ offlineCalls: 2 });
    for (let i = 1; i <= count; i++) desk.calls.add(callOf(`c${i}`, i === 2 ? stream : {}));
    expect(desk.said()).toEqual(Array(refused).fill("c3: UNAVAILABLE not-sent"));
    expect(desk.calls.open).toBe(count - refused);
  });

  it.each([
    [-1, 1],
    [0, 0],
    [1, 0],
  ])("offline takes at most limits.offlineBytes: at %d beyond two calls, %d are refused", (beyond, refused) => {
    const size = callOf("c").size;
    const desk = new Desk({ offlineBytes: 2 * size + beyond });
    desk.calls.add(callOf("c1"));
    desk.calls.add(callOf("c2"));
    expect(desk.said()).toHaveLength(refused);
  });

  it.each([
    [2, 0],
    [3, 0],
    [4, 1],
  ])("online is at most limits.waitingCalls: %d calls, one slot, two may wait, %d are refused", (count, refused) => {
    const desk = new Desk({ waitingCalls: 2, offlineCalls: 1 }).attach(1, { calls: 1 });
    for (let i = 1; i <= count; i++) desk.calls.add(callOf(`c${i}`));
    expect(desk.said()).toEqual(Array(refused).fill("c4: RESOURCE_EXHAUSTED not-sent"));
  });

  it("gives its room back when it is cancelled", () => {
    const desk = new Desk({ offlineCalls: 1 });
    for (let round = 0; round < 3; round++) {
      const call = callOf("c");
      desk.calls.add(call);
      desk.calls.cancel(call);
    }
    expect(desk.said()).toEqual(Array(3).fill("c: CANCELLED not-sent"));
    expect(desk.calls.open).toBe(0);
  });

  it("leaves in the order it came, streams first", () => {
    const desk = new Desk();
    for (const name of ["c1", "c2"]) desk.calls.add(callOf(name, { path: `"${name}"` }));
    for (const name of ["s1", "s2"]) desk.calls.add(callOf(name, { path: `"${name}"`, ...stream }));
    desk.attach();
    expect(desk.write().map((frame) => (frame as unknown[])[2])).toEqual(["s1", "s2", "c1", "c2"]);
  });
});

describe("an input that is too large", () => {
  const messageBytes = 1_000;
  /** A call whose text takes so many bytes: its path, `null` for no metadata, and its input. */
  const large = (bytes: number) => callOf("large", { input: `"${"€".repeat(100)}${"a".repeat(bytes - 309)}"` });

  it.each([
    [743, false],
    [744, false],
    [745, true],
  ])("for the other end is refused here: %d bytes where 744 are taken", (bytes, refused) => {
    const desk = new Desk().attach(1, { messageBytes });
    desk.calls.add(large(bytes));
    expect(desk.said()).toEqual(refused ? ["large: RESOURCE_EXHAUSTED not-sent"] : []);
  });

  it("is refused when it is known what the other end takes, if it was not known before", () => {
    const desk = new Desk();
    desk.calls.add(large(745));
    desk.calls.add(callOf("small"));
    expect(desk.said()).toEqual([]);
    desk.attach(1, { messageBytes });
    expect(desk.said()).toEqual(["large: RESOURCE_EXHAUSTED not-sent"]);
    expect(desk.write()).toHaveLength(1);
    expect(desk.calls.inFlight).toBe(1);
  });

  it("is counted with everything that can be large", () => {
    for (const changes of [
      { path: `"${"p".repeat(800)}"` },
      { meta: `"${"m".repeat(800)}"` },
      { ...stream, lastEventId: "€".repeat(300) },
    ]) {
      const desk = new Desk().attach(1, { messageBytes });
      desk.calls.add(callOf("large", changes));
      expect(desk.said()).toEqual(["large: RESOURCE_EXHAUSTED not-sent"]);
    }
  });

  it("never makes a message larger than the other end takes", () => {
    const desk = new Desk().attach(1, { messageBytes });
    desk.calls.add(large(744));
    for (let text = desk.session.write(0); text !== undefined; text = desk.session.write(0)) {
      expect(Buffer.byteLength(whole(text))).toBeLessThanOrEqual(messageBytes);
    }
  });
});

describe("a deadline", () => {
  it("is never later than the earliest of all calls", () => {
    const desk = new Desk().attach(1, { calls: 1 });
    desk.calls.add(callOf("sent", { deadline: 300 }));
    desk.calls.add(callOf("waiting", { deadline: 200 }));
    desk.calls.add(callOf("stream", { deadline: 100, ...stream }));
    desk.write();
    for (const [now, said] of [
      [99, []],
      [100, ["stream: DEADLINE_EXCEEDED unknown"]],
      [200, ["waiting: DEADLINE_EXCEEDED not-sent"]],
      [300, ["sent: DEADLINE_EXCEEDED unknown"]],
    ] as const) {
      expect(desk.calls.deadline).toBeLessThanOrEqual(Math.max(100, now));
      desk.calls.expire(now);
      expect(desk.said()).toEqual(said);
    }
    expect(desk.calls.deadline).toBe(Infinity);
  });

  it("settles all that passed it at once, also those that a freed slot would have let go", () => {
    const desk = new Desk().attach(1, { calls: 1 });
    for (const name of ["c1", "c2", "c3"]) desk.calls.add(callOf(name, { deadline: 100 }));
    desk.write();
    desk.calls.expire(100);
    expect(desk.said().sort()).toEqual([
      "c1: DEADLINE_EXCEEDED unknown",
      "c2: DEADLINE_EXCEEDED not-sent",
      "c3: DEADLINE_EXCEEDED not-sent",
    ]);
    expect(desk.write(100)).toEqual([[3, 1]]);
    expect([desk.calls.open, desk.calls.inFlight, desk.calls.deadline]).toEqual([0, 0, Infinity]);
  });

  it("is none when all is over", () => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("c", { deadline: 100 }));
    desk.calls.end({ code: "UNAVAILABLE", message: "over" });
    expect(desk.calls.deadline).toBe(Infinity);
  });
});

describe("after a lost session", () => {
  it("a query is sent again, under a new id, before what waited", () => {
    const desk = new Desk().attach(1, { calls: 1 });
    desk.calls.add(callOf("first", { path: '"first"' }));
    desk.calls.add(callOf("second", { path: '"second"' }));
    desk.write();
    desk.lose();
    desk.attach(2, { calls: 2 });
    expect(desk.write()).toEqual([
      [1, 3, "first", 0, null],
      [1, 5, "second", 0, null],
    ]);
    expect(desk.calls.answer({ op: op.result, id: 1, value: "old" })).toBeUndefined();
    expect(desk.said()).toEqual([]);
  });

  it.each(["cancel", "deadline", "end"] as const)(
    "a query that waits to be sent again may have run, on %s",
    (event) => {
      const desk = new Desk();
      const call = callOf("query", { deadline: 1_000 });
      states.sent(call, desk);
      desk.lose();
      events[event](call, desk);
      expect(desk.said()).toEqual([expect.stringMatching(/unknown$/)]);
    },
  );

  it("a subscription continues after the last event that came", () => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("stream", { ...stream, lastEventId: "e0" }));
    desk.write();
    desk.calls.answer({ op: op.event, id: 1, eventId: "e1", value: 1 });
    desk.calls.answer({ op: op.event, id: 1, eventId: undefined, value: 2 });
    desk.lose();
    desk.attach(2);
    expect(desk.write()).toEqual([[2, 3, "p", 0, null, 2, "e1"]]);
    expect(desk.said()).toEqual(["stream: event 1", "stream: event 2"]);
  });

  it("a subscription without event ids begins anew, and says that there is a hole", () => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("stream", { ...stream }));
    desk.write();
    desk.lose();
    expect(desk.said()).toEqual(["stream: gap"]);
    desk.attach(2);
    expect(desk.write()).toEqual([[2, 3, "p", 0, null, 3, null]]);
  });

  it("a subscription that begins with the whole state begins anew, and has no hole", () => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("stream", { ...stream, isState: true }));
    desk.write();
    desk.calls.answer({ op: op.event, id: 1, eventId: undefined, value: 1 });
    desk.lose();
    desk.attach(2);
    expect(desk.write()).toEqual([[2, 3, "p", 0, null, 3, null]]);
    expect(desk.said()).toEqual(["stream: event 1"]);
  });

  it("a subscription that was never sent has no hole", () => {
    const desk = new Desk().attach();
    desk.calls.add(callOf("stream", { ...stream }));
    desk.lose();
    expect(desk.said()).toEqual([]);
  });

  it("a subscription whose transport is gone too says nothing of what is consumed meanwhile", () => {
    const desk = new Desk().attach();
    const call = callOf("stream", { ...stream, lastEventId: "e" });
    desk.calls.add(call);
    desk.write();
    for (let i = 0; i < 4; i++) desk.calls.answer({ op: op.event, id: 1, eventId: "e", value: i });
    desk.lose();
    desk.calls.consume(call, 4);
    desk.attach(2);
    expect(desk.write()).toEqual([[2, 3, "p", 0, null, 8, "e"]]);
  });
});

describe("credit", () => {
  it("is granted for what the caller has taken, ahead of calls that wait to be written", () => {
    const desk = new Desk().attach();
    const call = callOf("stream", { ...stream });
    desk.calls.add(call);
    desk.write();
    for (let i = 0; i < 3; i++) desk.calls.answer({ op: op.event, id: 1, eventId: undefined, value: i });
    desk.calls.add(callOf("query"));
    desk.calls.consume(call, 3);
    expect(desk.write()).toEqual([
      [4, 1, 7],
      [1, 3, "p", 0, null],
    ]);
  });

  it("is not granted to a stream that has settled", () => {
    const desk = new Desk().attach();
    const call = callOf("stream", { ...stream });
    desk.calls.add(call);
    desk.write();
    for (let i = 0; i < 4; i++) desk.calls.answer({ op: op.event, id: 1, eventId: undefined, value: i });
    desk.calls.answer({ op: op.end, id: 1 });
    desk.calls.consume(call, 4);
    expect(desk.write()).toEqual([]);
  });
});

describe("a failure", () => {
  it.each([
    ["query", "not-sent", "UNAVAILABLE", true],
    ["query", "unknown", "UNAVAILABLE", true],
    ["mutation", "not-sent", "UNAVAILABLE", true],
    ["mutation", "unknown", "UNAVAILABLE", false],
    ["query", "not-sent", "CANCELLED", false],
    ["query", "unknown", "CANCELLED", false],
  ] as const)("of a %s, %s, with %s says whether to try again: %s", (name, outcome, code, retryable) => {
    const errors: unknown[] = [];
    const session = new Session<Call>(defaultLimits, {
      render: (call, now) => calls.render(call, now),
      departed: (call) => calls.departed(call),
    });
    const emit = (effect: OutgoingEffect<string>) => void (effect.type === "failure" && errors.push(effect.error));
    const calls: OutgoingCalls<string> = new OutgoingCalls({ session, limits: defaultLimits, firstId: 2, emit });
    session.attach(1, 0, peerLimits(defaultLimits));
    calls.attached(peerLimits(defaultLimits));
    calls.add(callOf(name));
    if (outcome === "unknown") session.write(0);
    calls.end({ code, message: "over" });
    expect(errors).toEqual([expect.objectContaining({ code, outcome, retryable, message: "over" })]);
  });
});

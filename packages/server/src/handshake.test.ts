import { RpcError } from "@trunkline/core";
import { batch, type CloseName, callFrame, closeCodes } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it } from "vitest";
import { hello, Line, limits, settle, strangers } from "../test/caller.js";
import { type Greeting, Handshake } from "./handshake.js";

const clocks: VirtualClock[] = [];

afterEach(async () => {
  for (const clock of clocks.splice(0)) {
    await settle(clock);
    expect(clock.idle, "alarms are left").toBe(true);
  }
});

type Judge = (greeting: Greeting) => unknown;

/** A handshake that has begun, and what is heard of it. */
function setUp({ judge = () => "guest" as unknown, line = new Line() }: { judge?: Judge; line?: Line } = {}) {
  const clock = new VirtualClock();
  clocks.push(clock);
  const heard: unknown[] = [];
  const greetings: Greeting[] = [];
  const handshake = new Handshake<unknown>(line, {
    limits,
    clock,
    http: undefined,
    judge: async (greeting) => {
      greetings.push(greeting);
      return judge(greeting);
    },
    accepted: (message, guest) => heard.push(["accepted", message.auth, guest]),
    over: () => heard.push("over"),
    report: (error) => heard.push(["reported", error]),
  });
  handshake.begin();
  return { handshake, line, clock, heard, greetings, settled: () => settle(clock) };
}

const isClosed = (line: Line, name: CloseName) =>
  expect(line.closedWith).toEqual({ code: closeCodes[name].code, reason: closeCodes[name].reason });

/** Judging until `decide` is called. */
async function judging() {
  let accept: (guest: unknown) => void = () => {};
  let refuse: (error: unknown) => void = () => {};
  const pending = new Promise((resolve, reject) => {
    accept = resolve;
    refuse = reject;
  });
  const made = setUp({ judge: () => pending });
  made.line.hear(hello({ auth: "a" }));
  await made.settled();
  return { ...made, accept, refuse };
}

const call = batch(1, 0, [callFrame(1, '"p"', 0, "null", undefined)]);
const others: readonly (readonly [string, string, CloseName])[] = [
  ["a call", call, "unauthenticated"],
  ["an empty batch", batch(1, 0, []), "unauthenticated"],
  ["a goodbye", '["goodbye",{"spreadMs":1}]', "unauthenticated"],
  ["what is not JSON", "{", "protocol"],
  ["a hello that is not whole", '["hello",{}]', "protocol"],
  ["more than a message may hold", "x".repeat(limits.messageBytes + 1), "tooLarge"],
];

describe("waiting", () => {
  it("hello: the application judges it, and the transport is handed on", async () => {
    const { line, heard, greetings, settled } = setUp();
    line.hear(hello({ auth: { token: "t" } }));
    await settled();
    expect(heard).toEqual(["over", ["accepted", { token: "t" }, "guest"]]);
    expect(greetings).toMatchObject([{ auth: { token: "t" }, request: undefined }]);
    expect(line.closedWith).toBeUndefined();
  });

  it.each(others)("H10: %s closes, and nothing is judged", async (_, text, close) => {
    const { line, heard, greetings, settled } = setUp();
    line.hear(text);
    await settled();
    isClosed(line, close);
    expect(heard).toEqual(["over"]);
    expect(greetings).toEqual([]);
  });

  it("closed: it is over", async () => {
    const { line, heard, clock } = setUp();
    line.lose();
    clock.advance(1e6);
    expect(heard).toEqual(["over"]);
  });

  it("closed before it began: it is over", () => {
    const line = new Line();
    line.lose();
    expect(setUp({ line }).heard).toEqual(["over"]);
  });

  it("H12: a silent client is closed with 4408 when helloMs are over, and not before", () => {
    const { line, heard, clock } = setUp();
    clock.advance(limits.helloMs - 1);
    expect(line.closedWith).toBeUndefined();
    clock.advance(1);
    isClosed(line, "helloTimeout");
    expect(heard).toEqual(["over"]);
  });

  it("H13: signs of life do not move the deadline", () => {
    const { line, clock } = setUp();
    for (let second = 0; second < 10; second++) {
      clock.advance(limits.helloMs / 10);
      line.pong();
    }
    isClosed(line, "helloTimeout");
  });
});

describe("judging", () => {
  it.each(others)("%s closes, and the guest is not let in", async (_, text) => {
    const { line, heard, accept, settled } = await judging();
    line.hear(text);
    expect(line.closedWith).toBeDefined();
    accept("guest");
    await settled();
    expect(heard).toEqual(["over"]);
  });

  it("H11: a second hello closes with 4400", async () => {
    const { line, heard } = await judging();
    line.hear(hello());
    isClosed(line, "protocol");
    expect(heard).toEqual(["over"]);
  });

  it("H17: closed, it is over, the signal fires, and what the hook makes then is nobody's", async () => {
    const { line, heard, greetings, accept, settled } = await judging();
    expect(greetings[0]?.signal.aborted).toBe(false);
    line.lose();
    expect(greetings[0]?.signal.aborted).toBe(true);
    accept("guest");
    await settled();
    expect(heard).toEqual(["over"]);
  });

  it("H15: a hook that hangs is not waited for: 1013 after contextMs, and its signal fires", async () => {
    const { line, heard, greetings, clock, accept, settled } = await judging();
    clock.advance(limits.contextMs - 1);
    expect(line.closedWith).toBeUndefined();
    clock.advance(1);
    isClosed(line, "later");
    expect(greetings[0]?.signal.aborted).toBe(true);
    accept("guest");
    await settled();
    expect(heard).toEqual(["over"]);
  });

  it("has contextMs of its own, however late hello came", async () => {
    const { line, clock, settled } = setUp({ judge: () => new Promise(() => {}) });
    clock.advance(limits.helloMs - 1);
    line.hear(hello());
    await settled();
    clock.advance(limits.contextMs - 1);
    expect(line.closedWith).toBeUndefined();
    clock.advance(1);
    isClosed(line, "later");
  });

  it.each([
    ["UNAUTHENTICATED", "unauthenticated"],
    ["PERMISSION_DENIED", "forbidden"],
    ["UNAVAILABLE", "later"],
    ["RESOURCE_EXHAUSTED", "later"],
  ] as const)("a hook that refuses with %s closes as %s, and nothing is reported", async (code, close) => {
    const { line, heard, settled } = setUp({ judge: () => Promise.reject(new RpcError(code)) });
    line.hear(hello());
    await settled();
    isClosed(line, close);
    expect(heard).toEqual(["over"]);
  });

  it.each([...strangers.keys(), "an RpcError that means nothing here"])(
    "H16: a hook that fails with %s closes with 1013, and is reported once, as it is",
    async (name) => {
      const error = strangers.has(name) ? strangers.get(name) : new RpcError("NOT_FOUND");
      const { line, heard, settled } = setUp({ judge: () => Promise.reject(error) });
      line.hear(hello());
      await settled();
      isClosed(line, "later");
      expect(heard).toHaveLength(2);
      expect(heard.filter((word) => word === "over")).toHaveLength(1);
      const [, reported] = heard.find((word) => Array.isArray(word)) as [string, unknown];
      expect(Object.is(reported, error)).toBe(true);
    },
  );

  it("H15: a hook that fails after its time is reported, and changes nothing", async () => {
    const { line, heard, clock, refuse, settled } = await judging();
    clock.advance(limits.contextMs);
    refuse("late");
    await settled();
    isClosed(line, "later");
    expect(heard).toEqual(["over", ["reported", "late"]]);
  });

  it.each([
    ["the signal's reason", (signal: AbortSignal) => signal.reason],
    ["an AbortError", () => new DOMException("aborted", "AbortError")],
  ])("a hook that gives up because the client has gone, with %s, is not reported", async (_, reason) => {
    const { line, heard, greetings, refuse, settled } = await judging();
    line.lose();
    refuse(reason(greetings[0]!.signal));
    await settled();
    expect(heard).toEqual(["over"]);
  });
});

describe("refused", () => {
  it.each([
    ["waiting", async () => setUp()],
    ["judging", judging],
  ])("while %s, it closes as it is told, once", async (_, make) => {
    const { handshake, line, heard } = await make();
    handshake.refuse("restart");
    handshake.refuse("goingAway");
    isClosed(line, "restart");
    expect(heard).toEqual(["over"]);
  });

  it("when it is over, it leaves the transport alone", async () => {
    const { handshake, line, heard, settled } = setUp();
    line.hear(hello());
    await settled();
    handshake.refuse("restart");
    expect(line.closedWith).toBeUndefined();
    expect(heard).toHaveLength(2);
  });
});

it("E5: no reason a handshake closes with holds anything a client sent", async () => {
  for (const text of ["canary", '["canary",{}]', hello({ auth: "canary" })]) {
    const { line, settled } = setUp({ judge: ({ auth }) => Promise.reject(auth) });
    line.hear(text);
    await settled();
    expect(line.closedWith?.reason).not.toContain("canary");
  }
});

import { mutation, query, type RpcError, subscription } from "@trunkline/core";
import {
  batch,
  type Channel,
  dispatcher,
  errorFrame,
  Peer,
  type Procedure,
  parse,
  peerLimits,
  type SubscribeOptions,
} from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { Line, limits, settle } from "../test/switchboard.js";

/** A dispatcher over a peer whose transport is ready. */
function setUp({ timeoutMs, now = 0 }: { timeoutMs?: number; now?: number } = {}) {
  const clock = new VirtualClock();
  clock.advance(now);
  const line = new Line();
  const owner = { detached: () => {}, broken: () => {} };
  const peer = new Peer({ role: "client", limits, clock, owner });
  // In the place of hello, which the line takes for the first message.
  line.send("hello");
  peer.attach(line, { resumed: false, received: 0, peer: peerLimits(limits), beatMs: undefined, silenceMs: 1e12 });
  const dispatch = dispatcher({ connection: peer, clock, limits, timeoutMs, features: {}, report: () => {} });
  const call = (procedure: Procedure, input?: unknown, options: SubscribeOptions = {}) =>
    dispatch({ path: "a.b", procedure, input, options });
  /** How a query fails. */
  const failure = (input: unknown, options?: SubscribeOptions) =>
    (call(query({}), input, options) as Promise<unknown>).then(
      () => undefined,
      (error: RpcError) => error,
    );
  return { clock, line, peer, call, failure, settled: () => settle(clock) };
}

const notSent = { code: "INVALID_ARGUMENT", outcome: "not-sent", retryable: false };

describe("a call on its way out", () => {
  it("is a frame with its path, deadline, metadata and input", async () => {
    const { call, line, settled } = setUp();
    void call(query({}), { a: 1 }, { meta: { trace: "t" }, timeoutMs: 500 });
    await settled();
    expect(line.frames).toEqual([[1, 1, "a.b", 500, { trace: "t" }, { a: 1 }]]);
  });

  it("of a subscription carries credit and where to continue", async () => {
    const { call, line, settled } = setUp();
    call(subscription({}), undefined, { lastEventId: "7" });
    await settled();
    expect(line.frames).toEqual([[2, 1, "a.b", 0, null, limits.creditEvents, "7"]]);
  });

  it.each([new AbortController(), {}, null, "signal"])("is not made with a signal that is none: %o", async (signal) => {
    const { call, line, settled } = setUp();
    const made = call(mutation({}), undefined, { signal: signal as never }) as Promise<unknown>;
    await expect(made).rejects.toMatchObject({ ...notSent, message: "signal must be an AbortSignal" });
    await settled();
    expect(line.frames).toEqual([]);
  });

  it.each([
    ["the caller's", { timeoutMs: 1 }, 2, 3, 1],
    ["the contract's", {}, 2, 3, 2],
    ["the client's", {}, undefined, 3, 3],
    ["the default", {}, undefined, undefined, 30_000],
  ])("has %s timeout where nobody nearer says one", async (_, options, declared, ofClient, expected) => {
    const { call, line, settled } = setUp(ofClient === undefined ? {} : { timeoutMs: ofClient });
    void call(query(declared === undefined ? {} : { timeoutMs: declared }), undefined, options);
    await settled();
    expect(line.frames[0]?.[3]).toBe(expected);
  });

  it("of a subscription has no timeout that was not asked for by caller or contract", async () => {
    const { call, line, settled } = setUp({ timeoutMs: 5 });
    call(subscription({}));
    call(subscription({ timeoutMs: 6 }));
    call(subscription({}), undefined, { timeoutMs: 7 });
    await settled();
    expect(line.frames.map((frame) => frame[3])).toEqual([0, 6, 7]);
  });

  it("C10: that is never answered fails at its deadline, and is cancelled at the server", async () => {
    const { failure, line, clock, settled } = setUp();
    const failing = failure(1);
    await settled();
    clock.advance(29_999);
    expect(line.frames).toHaveLength(1);
    clock.advance(1);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "unknown" });
    expect(line.frames.at(-1)).toEqual([3, 1]);
  });

  it.each([
    ["a query", query({}), true],
    ["a mutation", mutation({}), false],
    ["an idempotent mutation", mutation({ idempotent: true }), true],
  ])("of %s that failed for a while may be tried again: %s", async (_, procedure, retryable) => {
    const { call, line, settled } = setUp();
    const failing = (call(procedure) as Promise<never>).catch((error: RpcError) => error);
    await settled();
    line.hear(batch(1, 1, [errorFrame(1, { code: "UNAVAILABLE", message: "" })]));
    expect(await failing).toMatchObject({ retryable, outcome: "answered" });
  });
});

describe("T5: a timeout of", () => {
  it.each([0, -1, -0, Number.NaN, -Infinity, "soon" as never, "5" as never, {} as never, Symbol("s") as never])(
    "%s rejects as the caller's mistake, and nothing is sent",
    async (timeoutMs) => {
      const { failure, line, settled } = setUp();
      expect(await failure(1, { timeoutMs })).toMatchObject(notSent);
      await settled();
      expect(line.frames).toEqual([]);
    },
  );

  it.each([Infinity, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, 2 ** 52 + 1])(
    "%d is none: the server's longest applies",
    async (timeoutMs) => {
      for (const now of [0, 1.5, 3, 4, 12_345.678]) {
        const { call, line, settled } = setUp({ now });
        void call(query({}), 1, { timeoutMs });
        await settled();
        expect(line.frames).toEqual([[1, 1, "a.b", 0, null, 1]]);
      }
    },
  );

  it.each([1e15, 2 ** 52, 2 ** 31, 0.25, 5e-324])("%d is one the other end understands", async (timeoutMs) => {
    for (const now of [0, 1.5, 3, 4, 12_345.678]) {
      const { call, line, settled } = setUp({ now });
      void (call(query({}), 1, { timeoutMs }) as Promise<never>).catch(() => {});
      await settled();
      for (const text of line.sent.slice(1)) expect(parse(text, limits).type).toBe("batch");
    }
  });
});

const cycle: unknown[] = [];
cycle.push(cycle);
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe("what cannot be sent rejects as the caller's mistake, at its call and at no other:", () => {
  it.each([
    ["a cycle", cycle],
    ["a bigint", 1n],
    ["a bigint inside", { a: [1n] }],
    [
      "a getter that throws",
      {
        get a(): never {
          throw new Error("no");
        },
      },
    ],
    ["a key __proto__", JSON.parse('{"a":[{"__proto__":1}]}')],
    ["nesting beyond the limit", nested(62)],
    ["nesting the stack cannot hold", nested(5_000)],
  ])("%s", async (_, value) => {
    const { failure, line, settled } = setUp();
    expect(await failure(value)).toMatchObject({ ...notSent, message: "the input cannot be sent as JSON" });
    expect(await failure(1, { meta: { value } })).toMatchObject({
      ...notSent,
      message: "the meta cannot be sent as JSON",
    });
    await settled();
    expect(line.frames).toEqual([]);
  });

  it.each([["text"], [1], [null], [[1]], [() => {}], [new Date(0)]])("metadata that is %s", async (meta) => {
    expect(await setUp().failure(1, { meta: meta as never })).toMatchObject(notSent);
  });

  it.each([
    ["longer than an id may be", "x".repeat(1_025)],
    ["a number", 7],
    ["null", null],
    ["an object", {}],
  ])("a lastEventId that is %s", async (_, lastEventId) => {
    const { call } = setUp();
    const stream = call(subscription({}), 1, { lastEventId: lastEventId as never }) as Channel<unknown>;
    await expect(stream.next()).rejects.toMatchObject(notSent);
  });

  it("nothing is thrown at once, by a subscription either: its reader hears of it", async () => {
    const { call, line, settled } = setUp();
    const stream = call(subscription({}), 1n) as Channel<unknown>;
    await expect(stream.next()).rejects.toMatchObject(notSent);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    const heard: unknown[] = [];
    (call(subscription({}), 1n) as Channel<unknown>).subscribe({
      onEvent: () => {},
      onError: ({ code }) => heard.push(code),
    });
    expect(heard).toEqual(["INVALID_ARGUMENT"]);
    await settled();
    expect(line.frames).toEqual([]);
  });

  it("the longest lastEventId there may be is sent", async () => {
    const { call, line, settled } = setUp();
    call(subscription({}), 1, { lastEventId: "x".repeat(1_024) });
    await settled();
    expect(parse(line.sent.at(-1)!, limits).type).toBe("batch");
  });
});

describe("C11: a signal", () => {
  it("that has fired already lets nothing leave", async () => {
    const { failure, line, settled } = setUp();
    expect(await failure(1, { signal: AbortSignal.abort() })).toMatchObject({ code: "CANCELLED", outcome: "not-sent" });
    await settled();
    expect(line.frames).toEqual([]);
  });

  it("that fires in the same turn lets nothing leave", async () => {
    const { failure, line, settled } = setUp();
    const controller = new AbortController();
    const failing = failure(1, { signal: controller.signal });
    controller.abort();
    expect(await failing).toMatchObject({ code: "CANCELLED", outcome: "not-sent" });
    await settled();
    expect(line.frames).toEqual([]);
  });

  it("that fires later cancels at the server, and what is known is unknown", async () => {
    const { failure, line, settled } = setUp();
    const controller = new AbortController();
    const failing = failure(1, { signal: controller.signal });
    await settled();
    controller.abort();
    expect(await failing).toMatchObject({ code: "CANCELLED", outcome: "unknown" });
    await settled();
    expect(line.frames.at(-1)).toEqual([3, 1]);
  });
});

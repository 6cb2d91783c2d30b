/** Large frames, from one conversation to another over a line that the test holds. */
import { describe, expect, it } from "vitest";
import { type Data, type Encoded, WithBlob, whole } from "../protocol/blob.js";
import { batch, partFrame } from "../protocol/encode.js";
import { defaultLimits, type Limits, peerLimits } from "../protocol/limits.js";
import { parse } from "../protocol/parse.js";
import { Conversation } from "./conversation.js";
import type { ConversationEffect, ConversationInput } from "./conversation-words.js";
import type { IncomingCall } from "./incoming-call.js";
import { IncomingCalls } from "./incoming-calls.js";
import { OutgoingCall, type OutgoingRequest } from "./outgoing-call.js";
import type { Priority } from "./scheduler.js";

type Effect = ConversationEffect<string, string>;
type Input = ConversationInput<string, string>;

const KiB = 1024;

function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = index * seed * 31 + (index >> 8);
  return bytes;
}

const carrying = (bytes: Uint8Array) => new WithBlob(`[0,${bytes.length}]`, bytes);

const plain = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity } as const;

/** One end: what it wrote is on its way, what it was told is kept. */
class End {
  readonly conversation: Conversation<string, string>;
  readonly sent: Data[] = [];
  readonly told: Effect[] = [];
  readonly requests: IncomingCall<string>[] = [];
  now = 0;

  constructor(
    role: "client" | "server",
    readonly limits: Limits,
  ) {
    this.conversation = new Conversation({ role, limits, Calls: IncomingCalls });
  }

  say(input: Input): void {
    this.conversation.receive(input, this.now);
    this.settle();
  }

  wait(ms: number): void {
    this.now += ms;
    this.conversation.tick(this.now);
    this.settle();
  }

  settle(): void {
    for (let effects = this.conversation.take(); effects.length > 0; effects = this.conversation.take()) {
      for (const effect of effects) {
        if (effect.type === "send") this.sent.push(whole(effect.data));
        else if (effect.type === "flush") this.conversation.receive({ type: "flush" }, this.now);
        else this.told.push(effect);
        if (effect.type === "request") this.requests.push(effect.call);
      }
    }
  }

  call(name: string, changes: Partial<OutgoingRequest> = {}): OutgoingCall<string> {
    const call = new OutgoingCall<string>({ ...plain, ...changes }, name);
    this.say({ type: "call", call });
    return call;
  }

  /** In one turn. */
  callTogether(calls: readonly (readonly [input: Encoded, priority: Priority | undefined])[]): void {
    for (const [input, priority] of calls) {
      const call = new OutgoingCall<string>({ ...plain, input, priority }, "");
      this.conversation.receive({ type: "call", call }, this.now);
    }
    this.settle();
  }

  of<Type extends Effect["type"]>(type: Type): Extract<Effect, { type: Type }>[] {
    return this.told.filter((effect): effect is Extract<Effect, { type: Type }> => effect.type === type);
  }

  /** Ops and ids of what is on its way, in order. */
  get frames(): string[] {
    return this.sent.flatMap((data) => {
      const message = parse(data, defaultLimits);
      return message.type === "batch" ? message.frames.map((frame) => `${frame.op}:${frame.id}`) : [message.type];
    });
  }
}

class Pair {
  readonly client: End;
  readonly server: End;
  #generation: number;

  constructor(limits: Partial<Limits> = {}, ends: Partial<Pick<Pair, "client" | "server">> = {}, generation = 0) {
    const all = { ...defaultLimits, ...limits };
    this.client = ends.client ?? new End("client", all);
    this.server = ends.server ?? new End("server", all);
    this.#generation = generation;
    this.attach(false);
  }

  /** The same client, and another server, which knows nothing of the session. */
  with(server: End): Pair {
    return new Pair({}, { client: this.client, server }, this.#generation);
  }

  /** A new transport; what was on its way is lost. */
  attach(resumed = true): void {
    const generation = ++this.#generation;
    const received = [this.server, this.client].map((end) => (resumed ? end.conversation.received : 0));
    [this.client, this.server].forEach((end, index) => {
      end.sent.length = 0;
      const peer = peerLimits(end.limits);
      const terms = { generation, resumed, received: received[index]!, peer, beatMs: undefined, silenceMs: 1e9 };
      end.say({ type: "attach", ...terms });
    });
  }

  /** Delivers one message. False: there is none. */
  deliver(from: End): boolean {
    const data = from.sent.shift();
    if (data === undefined) return false;
    const to = from === this.client ? this.server : this.client;
    to.say({ type: "message", generation: this.#generation, data });
    return true;
  }

  /** Delivers everything, and lets acknowledgements fall due, until nobody has anything to say. */
  run(): void {
    for (let round = 0; round < 100_000; round++) {
      const busy = [this.deliver(this.client), this.deliver(this.server)].some(Boolean);
      if (!busy && this.#quiet) return;
      if (!busy) for (const end of [this.client, this.server]) end.wait(250);
    }
    throw new Error("it goes on and on");
  }

  get #quiet(): boolean {
    return [this.client, this.server].every(({ conversation }) => {
      const { backlog, bulk, replay } = conversation.holdings;
      return backlog + bulk + replay === 0;
    });
  }

  expectNothingHeld(): void {
    for (const { conversation } of [this.client, this.server]) {
      expect(conversation.holdings).toEqual({
        calls: 0,
        handlers: 0,
        waiting: 0,
        backlog: 0,
        bulk: 0,
        replay: 0,
        joining: 0,
      });
    }
  }
}

describe("a large frame", () => {
  it.each([1, 32 * KiB, 200 * KiB, 3_000 * KiB])("of %d bytes arrives as it was, both ways", (length) => {
    const pair = new Pair();
    const [up, down] = [pattern(length), pattern(length, 7)];
    pair.client.call("c", { input: carrying(up) });
    pair.run();
    const [request] = pair.server.requests;
    expect(request?.input).toEqual([0, length]);
    expect(Buffer.compare(request!.blob!, up)).toBe(0);
    pair.server.say({ type: "reply", call: request!, value: carrying(down) });
    pair.run();
    const [result] = pair.client.of("result");
    expect(Buffer.compare(result!.blob!, down)).toBe(0);
    pair.expectNothingHeld();
  });

  it("without bytes goes in parts too, whatever its letters take", () => {
    const pair = new Pair();
    const text = "línea 🚋 ".repeat(20_000);
    pair.client.call("c", { input: JSON.stringify(text) });
    expect(pair.client.frames).toEqual(["10:1", "10:1", "10:1"]);
    pair.run();
    expect(pair.server.requests[0]?.input).toBe(text);
  });

  it("may be an error or an event", () => {
    const pair = new Pair();
    pair.client.call("s", { kind: "subscription", credit: { events: 4, maxEvents: 4 } });
    pair.run();
    const [call] = pair.server.requests;
    pair.server.say({ type: "ready", call: call! });
    pair.server.say({ type: "event", call: call!, value: carrying(pattern(100 * KiB)), eventId: "1" });
    const error = { code: "A", message: "m", data: [0, 90 * KiB] };
    pair.server.say({ type: "fail", call: call!, error, blob: pattern(90 * KiB) });
    pair.run();
    expect(pair.client.of("event")[0]?.blob).toHaveLength(100 * KiB);
    expect(pair.client.of("failure")[0]?.blob).toHaveLength(90 * KiB);
    pair.expectNothingHeld();
  });

  it("may be a gap whose reason is long, or a mark where messages are small", () => {
    const pair = new Pair({ messageBytes: 2_000 });
    pair.client.call("s", { kind: "subscription", credit: { events: 4, maxEvents: 4 } });
    pair.run();
    const [call] = pair.server.requests;
    pair.server.say({ type: "mark", call: call!, eventId: "e".repeat(1_000) });
    pair.server.say({ type: "ready", call: call! });
    pair.server.say({ type: "gap", call: call!, reason: "r".repeat(1_900) });
    expect(pair.server.frames).toContain("10:1");
    pair.run();
    expect(pair.client.of("break")).toEqual([]);
    expect(pair.client.of("gap").map(({ reason }) => reason.length)).toEqual([1_900]);
    expect(pair.client.of("gap")[0]?.call.lastEventId).toBe("e".repeat(1_000));
  });

  it("takes no more of the line than is acknowledged, and is not in the way of what is small", () => {
    const pair = new Pair();
    pair.client.call("large", { input: carrying(pattern(1_000 * KiB)) });
    const under = pair.client.frames.length;
    expect(under).toBeLessThan(8);
    pair.client.call("small");
    pair.client.call("small too");
    expect(pair.client.frames.slice(under)).toEqual(["1:3", "1:5"]);
    pair.run();
    expect(pair.server.requests.map(({ id }) => id)).toEqual([3, 5, 1]);
  });

  it("of one call takes turns with that of another", () => {
    const pair = new Pair();
    for (const name of ["a", "b", "c"]) pair.client.call(name, { input: carrying(pattern(200 * KiB)) });
    const seen: string[] = [];
    for (let i = 0; i < 15; i++) {
      seen.push(...pair.client.frames.slice(0, 1));
      pair.deliver(pair.client);
      pair.deliver(pair.server);
    }
    expect(seen.slice(4, 13).join(" ")).toBe("10:1 10:3 10:5 10:1 10:3 10:5 10:1 10:3 10:5");
  });

  it("is not kept waiting for ever by what is small", () => {
    const pair = new Pair();
    pair.client.call("large", { input: carrying(pattern(300 * KiB)) });
    for (let round = 0; round < 200 && pair.server.requests.every(({ id }) => id !== 1); round++) {
      for (let i = 0; i < 8; i++)
        pair.client.call("small", { input: JSON.stringify("x".repeat(8_000)), kind: "query" });
      while (pair.deliver(pair.client) || pair.deliver(pair.server));
      for (const call of pair.server.requests) pair.server.say({ type: "reply", call, value: undefined });
    }
    expect(pair.server.requests.map(({ id }) => id)).toContain(1);
  });

  it("is overtaken before it begins: then it takes a new id, so that ids grow", () => {
    const pair = new Pair({ valueBytes: 300 * KiB });
    pair.client.call("first", { input: carrying(pattern(200 * KiB)) });
    pair.client.call("waits for the first", { input: carrying(pattern(200 * KiB)) });
    pair.client.call("small");
    pair.run();
    expect(pair.server.requests.map(({ id }) => id)).toEqual([5, 1, 7]);
    expect(pair.server.of("break")).toEqual([]);
  });
});

describe("the order of a stream", () => {
  it("is kept behind a large event, while other streams go on", () => {
    const pair = new Pair();
    for (const name of ["a", "b"])
      pair.client.call(name, { kind: "subscription", credit: { events: 8, maxEvents: 8 } });
    pair.run();
    const [a, b] = pair.server.requests;
    for (const call of [a!, b!]) pair.server.say({ type: "ready", call });
    pair.server.say({ type: "event", call: a!, value: carrying(pattern(500 * KiB)) });
    pair.server.say({ type: "finish", call: a! });
    pair.server.say({ type: "event", call: b!, value: "1" });
    pair.server.say({ type: "finish", call: b! });
    pair.run();
    const heard = pair.client.told.flatMap((effect) =>
      effect.type === "event" || effect.type === "end" ? [`${effect.type} ${effect.call.sink}`] : [],
    );
    expect(heard).toEqual(["event b", "end b", "event a", "end a"]);
  });

  it("asks its source for no event while one is on its way in parts", () => {
    const pair = new Pair();
    pair.client.call("s", { kind: "subscription", credit: { events: 8, maxEvents: 8 } });
    pair.run();
    const [call] = pair.server.requests;
    pair.server.say({ type: "ready", call: call! });
    pair.server.say({ type: "event", call: call!, value: carrying(pattern(500 * KiB)) });
    expect(pair.server.of("pull")).toHaveLength(1);
    pair.run();
    expect(pair.server.of("pull")).toHaveLength(2);
  });
});

describe("a cancel", () => {
  it("stops the parts of a call: nothing started, and it says so", () => {
    const pair = new Pair();
    const call = pair.client.call("c", { kind: "mutation", repeatable: false, input: carrying(pattern(900 * KiB)) });
    pair.deliver(pair.client);
    pair.client.say({ type: "cancel", call });
    expect(pair.client.of("failure")[0]?.error).toMatchObject({ code: "CANCELLED", outcome: "not-sent" });
    pair.run();
    expect(pair.server.requests).toEqual([]);
    pair.expectNothingHeld();
  });

  it("of a call that has arrived whole says unknown", () => {
    const pair = new Pair();
    const call = pair.client.call("c", { input: carrying(pattern(90 * KiB)) });
    pair.run();
    pair.client.say({ type: "cancel", call });
    expect(pair.client.of("failure")[0]?.error).toMatchObject({ outcome: "unknown" });
  });

  it("stops the parts of an answer at both ends, whose handler has long settled", () => {
    const pair = new Pair();
    const call = pair.client.call("c");
    pair.run();
    pair.server.say({ type: "reply", call: pair.server.requests[0]!, value: carrying(pattern(900 * KiB)) });
    pair.deliver(pair.server);
    pair.client.say({ type: "cancel", call });
    expect(pair.client.conversation.holdings.joining).toBe(0);
    pair.deliver(pair.client);
    pair.deliver(pair.client);
    expect(pair.server.conversation.holdings.bulk).toBe(0);
    pair.run();
    pair.expectNothingHeld();
  });

  it("of a call that waits in a lane leaves nothing on the wire", () => {
    const pair = new Pair({ valueBytes: 300 * KiB });
    pair.client.call("first", { input: carrying(pattern(200 * KiB)) });
    const call = pair.client.call("second", { input: carrying(pattern(200 * KiB)) });
    pair.client.say({ type: "cancel", call });
    pair.run();
    expect(pair.server.requests).toHaveLength(1);
  });
});

describe("another transport", () => {
  it.each([0, 1, 2, 3, 5, 8, 13, 21])("goes on with the parts after %d messages", (messages) => {
    const pair = new Pair();
    const [up, down] = [pattern(400 * KiB), pattern(300 * KiB, 3)];
    const replied = new Set<IncomingCall<string>>();
    const answer = () => {
      for (const call of pair.server.requests) {
        if (!replied.has(call)) pair.server.say({ type: "reply", call, value: carrying(down) });
        replied.add(call);
      }
    };
    pair.client.call("c", { kind: "mutation", repeatable: false, input: carrying(up) });
    for (let i = 0; i < messages; i++) {
      pair.deliver(pair.client);
      answer();
      pair.deliver(pair.server);
    }
    pair.attach();
    pair.run();
    answer();
    pair.run();
    expect(replied.size).toBe(1);
    expect(Buffer.compare(pair.server.requests[0]!.blob!, up)).toBe(0);
    expect(Buffer.compare(pair.client.of("result")[0]!.blob!, down)).toBe(0);
    pair.expectNothingHeld();
  });

  it("of a new session sends a mutation again of which only parts had gone", () => {
    const pair = new Pair();
    pair.client.call("c", { kind: "mutation", repeatable: false, input: carrying(pattern(400 * KiB)) });
    pair.deliver(pair.client);
    pair.attach(false);
    pair.run();
    expect(pair.client.of("failure")).toEqual([]);
    expect(pair.server.requests).toHaveLength(1);
  });

  // Seed 4956: ids begin anew with a session, and a handler of the last one settles when it likes.
  it("of a new session is not thrown away by a handler of the last one that had the same id", () => {
    const pair = new Pair();
    pair.server.call("first", { kind: "mutation" });
    pair.run();
    const [before] = pair.client.requests;
    pair.server.say({ type: "end", code: "UNAVAILABLE", message: "the session was lost" });
    const next = new End("server", pair.server.limits);
    const again = pair.with(next);
    next.call("second", { kind: "mutation", input: carrying(pattern(200 * KiB)) });
    again.deliver(next);
    expect(pair.client.conversation.holdings.joining).toBeGreaterThan(0);
    pair.client.say({ type: "reply", call: before!, value: "1" });
    again.run();
    const request = pair.client.requests[1];
    expect([before!.id, request?.id, request?.blob?.length]).toEqual([2, 2, 200 * KiB]);
  });
});

describe("bounds", () => {
  const size = 100 * KiB;
  /** `[5,1,[0,102400]]` and the four bytes before it. */
  const total = size + 20;

  it.each([
    [total - 1, "failure"],
    [total, "result"],
    [total + 1, "result"],
  ] as const)("an answer of limits.valueBytes is the largest: with %d it is a %s", (valueBytes, told) => {
    const pair = new Pair({ valueBytes });
    pair.client.call("c");
    pair.run();
    pair.server.say({ type: "reply", call: pair.server.requests[0]!, value: carrying(pattern(size)) });
    pair.run();
    expect(pair.client.of(told)).toHaveLength(1);
    expect(pair.server.of("oversized")).toHaveLength(told === "failure" ? 1 : 0);
  });

  it("an input above limits.valueBytes fails at the caller, and nothing is sent", () => {
    const pair = new Pair({ valueBytes: 100 * KiB });
    pair.client.call("c", { input: carrying(pattern(100 * KiB)) });
    expect(pair.client.of("failure")[0]?.error).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      outcome: "not-sent",
      message: "the input is too large (limits.valueBytes)",
    });
    expect(pair.client.sent).toEqual([]);
  });

  it("text above limits.messageBytes fails at the caller, though its value would fit", () => {
    const pair = new Pair({ messageBytes: 50 * KiB });
    pair.client.call("c", { input: JSON.stringify("x".repeat(50 * KiB)) });
    expect(pair.client.of("failure")[0]?.error).toMatchObject({
      message: "the input is too large (limits.messageBytes)",
    });
  });

  it("parts are as small as the other end's messages", () => {
    const pair = new Pair({ messageBytes: 1_024 });
    pair.client.call("c", { input: carrying(pattern(10_000)) });
    expect(pair.client.frames.length).toBeGreaterThan(10);
    for (const data of pair.client.sent) expect(data.length).toBeLessThanOrEqual(1_024);
    pair.run();
    expect(pair.server.requests[0]?.blob).toHaveLength(10_000);
  });

  it.each([1, 500, 5_000])("a replay bound of %d lets a large frame through", (replayBytes) => {
    const pair = new Pair({ replayBytes });
    pair.client.call("c", { input: carrying(pattern(100 * KiB)) });
    pair.run();
    expect(pair.server.requests[0]?.blob).toHaveLength(100 * KiB);
  });

  it("frames under way never announce more than limits.valueBytes together", () => {
    const pair = new Pair({ valueBytes: 250 * KiB });
    for (let i = 0; i < 6; i++) pair.client.call(`${i}`, { input: carrying(pattern(100 * KiB)) });
    pair.run();
    expect(pair.server.of("break")).toEqual([]);
    expect(pair.server.requests).toHaveLength(6);
  });

  it("no more requests begin to arrive in parts than there are slots, however little they announce", () => {
    const { server } = new Pair({ calls: 3, subscriptions: 2 });
    const begin = (id: number) => {
      const data = whole(batch((id + 1) / 2, 0, [partFrame(id, 2, new Uint8Array(1))]));
      server.say({ type: "message", generation: 1, data });
    };
    for (const id of [1, 3, 5, 7, 9]) begin(id);
    expect(server.of("break")).toEqual([]);
    expect(server.conversation.holdings.joining).toBe(10);
    begin(11);
    expect(server.of("break")).toMatchObject([{ close: "flood" }]);
    expect(server.conversation.holdings.joining).toBe(10);
  });

  it("a request in parts that was cancelled makes room for another", () => {
    const { server } = new Pair({ calls: 1, subscriptions: 1 });
    for (let n = 0; n < 10; n++) {
      const id = n * 2 + 1;
      const data = whole(batch(id, 0, [partFrame(id, 2, new Uint8Array(1)), `[3,${id}]`]));
      server.say({ type: "message", generation: 1, data });
    }
    expect(server.of("break")).toEqual([]);
    expect(server.conversation.holdings.joining).toBe(0);
  });

  it("who takes nothing of a large answer is a slow reader; who takes it slowly is not", () => {
    const pair = new Pair({ outboundHardBytes: 100 * KiB, outboundHardMs: 1_000 });
    pair.client.call("c");
    pair.run();
    pair.server.say({ type: "reply", call: pair.server.requests[0]!, value: carrying(pattern(10_000 * KiB)) });
    for (let i = 0; i < 5; i++) {
      pair.server.wait(900);
      while (pair.deliver(pair.server));
      while (pair.deliver(pair.client));
    }
    expect(pair.server.of("break")).toEqual([]);
    pair.server.wait(500);
    pair.server.wait(2_000);
    expect(pair.server.of("break")).toMatchObject([{ close: "slowReader" }]);
  });

  it("a request is refused while more than limits.valueBytes wait for its caller", () => {
    const pair = new Pair({ valueBytes: 200 * KiB });
    for (const name of ["a", "b"]) pair.client.call(name);
    pair.run();
    for (const call of pair.server.requests)
      pair.server.say({ type: "reply", call, value: carrying(pattern(150 * KiB)) });
    pair.client.call("c");
    while (pair.deliver(pair.client));
    expect(pair.server.requests).toHaveLength(2);
    pair.run();
    expect(pair.client.of("failure")[0]?.error).toMatchObject({ code: "RESOURCE_EXHAUSTED", outcome: "answered" });
    expect(pair.client.of("result")).toHaveLength(2);
  });
});

describe("a call's priority", () => {
  it("sends a high one first, and a low one when nothing else waits", () => {
    const pair = new Pair();
    pair.client.callTogether([
      ["0", "low"],
      ["1", undefined],
      ["2", "high"],
      ["3", "normal"],
      ["4", "high"],
    ]);
    pair.run();
    expect(pair.server.requests.map(({ input }) => input)).toEqual([2, 4, 1, 3, 0]);
  });

  it("is that of the answers too, whose order is kept", () => {
    const pair = new Pair();
    pair.client.call("low", { kind: "subscription", credit: { events: 9, maxEvents: 9 } });
    pair.client.call("high");
    pair.run();
    const [low, high] = pair.server.requests;
    low!.priority = "low";
    high!.priority = "high";
    const { conversation } = pair.server;
    conversation.receive({ type: "ready", call: low! }, 0);
    conversation.receive({ type: "event", call: low!, value: "1" }, 0);
    conversation.receive({ type: "finish", call: low! }, 0);
    conversation.receive({ type: "reply", call: high!, value: "2" }, 0);
    pair.server.settle();
    expect(pair.server.frames).toEqual(["5:3", "7:1", "8:1"]);
  });

  it("is low for what one call says, and lets a part of what is large go in between", () => {
    const pair = new Pair();
    pair.client.callTogether([
      [carrying(pattern(100 * KiB)), undefined],
      ["1", "low"],
    ]);
    expect(pair.client.frames).toEqual(["10:1", "1:3", "10:1", "10:1", "10:1"]);
  });
});

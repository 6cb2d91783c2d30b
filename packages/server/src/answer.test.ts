import { defineContract, mutation, query, RpcError, type Schema, subscription } from "@trunkline/core";
import { event, gap } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Caller, hello, limits, settle } from "../test/caller.js";
import { type FailureReport, implement } from "./define.js";
import { createServer, type Server } from "./server.js";
import { createTopic } from "./topics/topics.js";

const order: string[] = [];
const opened: { server: Server; clock: VirtualClock }[] = [];

afterEach(async () => {
  order.length = 0;
  for (const { server, clock } of opened.splice(0)) {
    await server.close();
    await settle(clock);
    expect(server.running).toBe(0);
    expect(clock.idle, "alarms are left").toBe(true);
  }
});

/** A schema that notes when it is asked. */
function noting<Value>(what: string, schema: Schema<Value>): Schema<Value> {
  const { validate } = schema["~standard"];
  const noted = (value: unknown) => {
    order.push(what);
    return validate(value);
  };
  return { "~standard": { version: 1, vendor: "own", validate: noted } };
}

/** Validated when the test says so. */
const gate: { open: () => void } = { open: () => {} };
const slowly = z.number().refine(() => new Promise<boolean>((resolve) => (gate.open = () => resolve(true))));
const any = z.any();

const contract = defineContract({
  ordered: query({ input: noting("decode input", z.number()), output: noting("validate output", z.number()) }),
  add: query({ input: z.object({ a: z.number(), b: z.number() }), output: z.number() }),
  user: query({ output: z.object({ name: z.string() }) }),
  echo: query({ input: any, output: any }),
  nothing: query({}),
  slow: mutation({ input: slowly }),
  give: query({ output: any }),
  numbers: subscription({ input: z.number(), event: z.number() }),
  items: subscription({ event: z.object({ n: z.number() }) }),
  raw: subscription({ event: any }),
});

interface Given {
  give?: () => unknown;
  numbers?: (input: number, signal: AbortSignal) => unknown;
  items?: () => AsyncIterable<unknown>;
  raw?: () => unknown;
  slow?: () => void;
}

/** A caller that was welcomed by a server of this contract. */
async function setUp(given: Given = {}) {
  const clock = new VirtualClock();
  const failures: FailureReport[] = [];
  const app = implement(contract).context<{ user: string }>();
  const noted = app.middleware(({ next }) => {
    order.push("middleware");
    return next();
  });
  const router = app.router({
    ordered: noted(({ input }) => {
      order.push("handler");
      return input;
    }),
    add: ({ input }) => input.a + input.b,
    user: () => ({ name: "ada", password: "canary" }),
    echo: ({ input }) => input,
    nothing: () => "not declared" as never,
    slow: () => given.slow?.(),
    give: () => given.give?.() as never,
    numbers: (({ input, signal }: { input: number; signal: AbortSignal }) => given.numbers?.(input, signal)) as never,
    items: (() => given.items?.()) as never,
    raw: (() => given.raw?.()) as never,
  });
  const server = createServer(router, {
    clock,
    context: () => {
      order.push("context");
      return { user: "ada" };
    },
    onError: (failure) => void failures.push(failure),
  });
  opened.push({ server, clock });
  const caller = new Caller();
  server.accept(caller.line);
  caller.line.hear(hello());
  await settle(clock);
  return { server, caller, clock, failures, settled: () => settle(clock) };
}

const internal = { code: "INTERNAL", message: "the server failed", errorId: expect.any(String) };

describe("a call is answered", () => {
  it("P16: in this order: context, input, middleware, handler, output", async () => {
    const { caller, settled } = await setUp();
    caller.call("ordered", 1);
    await settled();
    expect(order).toEqual(["context", "decode input", "middleware", "handler", "validate output"]);
  });

  it("in the turn it came in, where nothing waits", async () => {
    const { caller, clock } = await setUp();
    const id = caller.call("add", { a: 1, b: 2 });
    clock.advance(0);
    expect(caller.answers(id)).toEqual([[5, 3]]);
  });

  it("P18: with what validation makes of the output: undeclared keys never leave", async () => {
    const { caller, settled } = await setUp();
    const id = caller.call("user");
    await settled();
    expect(caller.answers(id)).toEqual([[5, { name: "ada" }]]);
    expect(caller.line.sent.join()).not.toContain("canary");
  });

  it("P18: with nothing where nothing is declared", async () => {
    const { caller, settled } = await setUp();
    const id = caller.call("nothing", { ignored: true });
    await settled();
    expect(caller.answers(id)).toEqual([[5]]);
  });

  it("INVALID_ARGUMENT where the input does not fit: where and why, never the value", async () => {
    const { caller, settled, failures } = await setUp();
    const id = caller.call("add", { a: "canary", b: "canary" });
    await settled();
    expect(caller.error(id)).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "a: invalid_type (expected number), and 1 more",
      data: [
        { path: ["a"], rule: "invalid_type (expected number)" },
        { path: ["b"], rule: "invalid_type (expected number)" },
      ],
    });
    expect(caller.line.sent.join()).not.toContain("canary");
    expect(failures).toEqual([]);
  });

  it("INTERNAL where the output does not fit, and onError is told why", async () => {
    const { caller, settled, failures } = await setUp({
      items: async function* () {
        yield { n: "canary" };
      },
    });
    const id = caller.subscribe("items");
    await settled();
    expect(caller.error(id)).toEqual(internal);
    expect(failures).toMatchObject([
      { path: "items", error: { message: expect.stringContaining("the handler's event is not") } },
    ]);
    expect(String(failures[0]?.error)).not.toContain("canary");
  });

  it("P9: with an input that looks like a promise as it is", async () => {
    const { caller, settled } = await setUp();
    // biome-ignore lint/suspicious/noThenProperty: what a hostile client would send
    const id = caller.call("echo", { then: "now", catch: [1] });
    await settled();
    // biome-ignore lint/suspicious/noThenProperty: and gets back
    expect(caller.answers(id)).toEqual([[5, { then: "now", catch: [1] }]]);
  });

  it("where the handler gives a promise, or any thenable", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a query builder is one
    for (const give of [async () => 1, () => ({ then: (resolve: (value: number) => void) => resolve(1) })]) {
      const { caller, settled } = await setUp({ give });
      const id = caller.call("give");
      await settled();
      expect(caller.answers(id)).toEqual([[5, 1]]);
    }
  });
});

describe("a path the contract does not have", () => {
  const paths = [
    ...Object.getOwnPropertyNames(Object.prototype),
    ...[
      "then",
      "prototype",
      "",
      ".",
      "add.",
      ".add",
      "add.constructor",
      "ADD",
      "add\u0000",
      "\u202Eadd",
      "x".repeat(5_000),
    ],
  ];

  const titled = paths.map((path) => [JSON.stringify(path).slice(0, 20), path] as const);

  it.each(titled)("P5, R13: %s is UNIMPLEMENTED, and never echoed", async (_, path) => {
    const { caller, settled, failures } = await setUp();
    const ids = [caller.call(path), caller.subscribe(path)];
    await settled();
    for (const id of ids) {
      expect(caller.error(id)).toEqual({
        code: "UNIMPLEMENTED",
        message: "the server has no such procedure",
        refused: true,
      });
    }
    expect(failures).toEqual([]);
    expect(order).toEqual(["context"]);
  });
});

describe("the wrong kind of call", () => {
  it("is UNIMPLEMENTED, both ways, and says what the procedure is", async () => {
    const { caller, settled } = await setUp();
    const [called, subscribed] = [caller.call("numbers", 1), caller.subscribe("add", { a: 1, b: 1 })];
    await settled();
    expect(caller.error(called)).toMatchObject({
      code: "UNIMPLEMENTED",
      message: "this procedure is a subscription",
      refused: true,
    });
    expect(caller.error(subscribed)).toMatchObject({ code: "UNIMPLEMENTED", message: "this procedure is a query" });
  });
});

const bad: Record<string, () => unknown> = {
  "a bigint": () => 1n,
  "a cycle": () => {
    const round: unknown[] = [];
    round.push(round);
    return round;
  },
  "a getter that throws": () => ({
    get a(): never {
      throw new Error("canary");
    },
  }),
  "a toJSON that throws": () => ({
    toJSON() {
      throw new Error("canary");
    },
  }),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return [proxy];
  },
  "a key __proto__": () => JSON.parse('{"__proto__":1}'),
  "more nesting than a message may have": () => {
    let deep: unknown = 1;
    for (let level = 0; level < 62; level++) deep = [deep];
    return deep;
  },
  "more nesting than the stack holds": () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1e5; level++) deep = [deep];
    return deep;
  },
};

describe("P21: an output that cannot travel is INTERNAL, and the connection lives:", () => {
  it.each(Object.keys(bad))("%s", async (name) => {
    const { caller, settled, failures, server } = await setUp({ give: bad[name]! });
    const [id, other] = [caller.call("give"), caller.call("add", { a: 1, b: 2 })];
    await settled();
    expect(caller.error(id)).toEqual(internal);
    expect(caller.answers(other)).toEqual([[5, 3]]);
    expect(failures).toHaveLength(1);
    expect(server.running).toBe(0);
    expect(caller.line.sent.join()).not.toContain("canary");
  });

  it.each(Object.keys(bad))("as an event, %s; the source is closed", async (name) => {
    let closed = false;
    const { caller, settled, failures, server } = await setUp({
      raw: async function* () {
        try {
          yield bad[name]!();
        } finally {
          closed = true;
        }
      },
    });
    const id = caller.subscribe("raw");
    await settled();
    expect(caller.error(id)).toEqual(internal);
    expect(closed).toBe(true);
    expect(failures).toHaveLength(1);
    expect(server.running).toBe(0);
  });

  it("one larger than the client takes", async () => {
    const { caller, settled, failures } = await setUp({ give: () => "x".repeat(limits.messageBytes) });
    const id = caller.call("give");
    await settled();
    expect(caller.error(id)).toMatchObject({ code: "INTERNAL" });
    expect(failures).toMatchObject([{ path: "give", error: expect.any(RangeError) }]);
  });
});

describe("an input that is validated asynchronously", () => {
  it("starts the handler when it is done", async () => {
    const { caller, settled } = await setUp({ slow: () => order.push("handler") });
    const id = caller.call("slow", 1);
    await settled();
    expect(caller.answers(id)).toEqual([]);
    gate.open();
    await settled();
    expect(caller.answers(id)).toEqual([[5]]);
    expect(order).toContain("handler");
  });

  it("S7: never starts the handler for a caller that has gone meanwhile", async () => {
    const { caller, settled, server, failures } = await setUp({ slow: () => order.push("handler") });
    const id = caller.call("slow", 1);
    await settled();
    caller.cancel(id);
    gate.open();
    await settled();
    expect(order).not.toContain("handler");
    expect(server.running).toBe(0);
    expect(failures).toEqual([]);
  });

  it("P13: is validated within the call's deadline", async () => {
    const { caller, clock, settled } = await setUp({ slow: () => order.push("handler") });
    const id = caller.call("slow", 1, 100);
    await settled();
    clock.advance(100);
    await settled();
    expect(caller.error(id)).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    gate.open();
    await settled();
    expect(order).not.toContain("handler");
  });
});

describe("a subscription", () => {
  it("gives events, with and without ids, gaps in their place, and the end", async () => {
    const { caller, settled } = await setUp({
      items: async function* () {
        yield { n: 1, password: "canary" };
        yield event({ n: 2 }, { id: "e2" });
        yield gap({ reason: "the log was cut" });
        yield { n: 3 };
      },
    });
    const id = caller.subscribe("items");
    await settled();
    expect(caller.answers(id)).toEqual([
      [7, null, { n: 1 }],
      [7, "e2", { n: 2 }],
      [9, "the log was cut"],
      [7, null, { n: 3 }],
      [8],
    ]);
    expect(caller.line.sent.join()).not.toContain("canary");
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 1],
    ["an array", [1, 2]],
    ["a promise of an array", Promise.resolve([1])],
    ["an object whose iterator is none", { [Symbol.asyncIterator]: () => undefined }],
  ])("whose handler returns %s is INTERNAL", async (_, returned) => {
    const { caller, settled, failures, server } = await setUp({ numbers: () => returned });
    const id = caller.subscribe("numbers", 1);
    await settled();
    expect(caller.error(id)).toEqual(internal);
    expect(failures).toMatchObject([{ error: { message: expect.stringContaining("AsyncIterable") }, path: "numbers" }]);
    expect(server.running).toBe(0);
  });

  it("may be opened asynchronously", async () => {
    const numbers = async () =>
      (async function* () {
        yield 1;
      })();
    const { caller, settled } = await setUp({ numbers });
    const id = caller.subscribe("numbers", 1);
    await settled();
    expect(caller.answers(id)).toEqual([[7, null, 1], [8]]);
  });

  it("S13: whose clean-up fails, after a cancel, harms nobody else and frees its slot", async () => {
    const { caller, settled, server, failures } = await setUp({
      raw: async function* () {
        try {
          yield 1;
          yield 2;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: that is what is tested
          throw new Error("canary");
        }
      },
    });
    const id = caller.subscribe("raw", undefined, 1);
    await settled();
    caller.cancel(id);
    await settled();
    expect(server.running).toBe(0);
    expect(failures).toHaveLength(1);
    expect(caller.line.sent.join()).not.toContain("canary");
    const other = caller.call("add", { a: 1, b: 1 });
    await settled();
    expect(caller.answers(other)).toEqual([[5, 2]]);
  });

  it("whose handler throws in the middle ends with its error, after what came before", async () => {
    const { caller, settled } = await setUp({
      numbers: async function* (input: number) {
        yield input;
        throw new RpcError("NOT_FOUND");
      },
    });
    const id = caller.subscribe("numbers", 7);
    await settled();
    expect(caller.answers(id)).toMatchObject([
      [7, null, 7],
      [6, { code: "NOT_FOUND" }],
    ]);
  });

  it("whose signal fires on a cancel, and whose handler says so, reports nothing", async () => {
    const { caller, settled, failures } = await setUp({
      numbers: async function* (_: number, signal: AbortSignal) {
        yield 1;
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    const id = caller.subscribe("numbers", 1);
    await settled();
    caller.cancel(id);
    await settled();
    expect(failures).toEqual([]);
  });
});

describe("an event of a topic", () => {
  const asked = { count: 0 };
  const counted: Schema<unknown> = {
    "~standard": {
      version: 1,
      vendor: "own",
      validate: (value) => {
        asked.count++;
        return { value };
      },
    },
  };
  const topical = defineContract({
    own: subscription({ event: counted }),
    other: subscription({ event: z.object({ n: z.number() }) }),
  });

  async function open(jsonDepth?: number) {
    asked.count = 0;
    const clock = new VirtualClock();
    const topic = createTopic(topical.own, { clock });
    const router = implement(topical).router({
      own: () => topic.subscribe(),
      other: (() => topic.subscribe()) as never,
    });
    const limits = jsonDepth === undefined ? {} : { limits: { jsonDepth } };
    const server = createServer(router, { clock, onError: () => {}, ...limits });
    opened.push({ server, clock });
    const caller = new Caller();
    server.accept(caller.line);
    caller.line.hear(hello());
    await settle(clock);
    return { topic, caller, settled: () => settle(clock) };
  }

  it("is validated and encoded once for all its subscribers, when it is published", async () => {
    const { topic, caller, settled } = await open();
    const ids = Array.from({ length: 10 }, () => caller.subscribe("own"));
    await settled();
    let encoded = 0;
    const eventId = await topic.publish({ toJSON: () => ({ n: ++encoded }) });
    await settled();
    // Behind the mark that says where each begins.
    for (const id of ids) expect(caller.answers(id).slice(1)).toEqual([[7, eventId, { n: 1 }]]);
    expect([asked.count, encoded]).toEqual([1, 1]);
  });

  it("is validated for a subscription that declares other events", async () => {
    const { topic, caller, settled } = await open();
    const [fitting, not] = [caller.subscribe("other"), caller.subscribe("other", undefined, 8)];
    await settled();
    const eventId = await topic.publish({ n: 1, undeclared: 2 });
    await settled();
    expect(caller.answers(fitting)).toEqual([[7, eventId, { n: 1 }]]);
    await topic.publish("not what it declares");
    await settled();
    expect(caller.error(not)).toMatchObject({ code: "INTERNAL" });
  });

  it("that is nested deeper than this server's clients take fails its subscription and nothing else", async () => {
    const { topic, caller, settled } = await open(8);
    const [one, other] = [caller.subscribe("own"), caller.subscribe("own")];
    await settled();
    await topic.publish([[[[[1]]]]]);
    await settled();
    expect(caller.answers(one)).toHaveLength(1);
    await topic.publish([[[[[[1]]]]]]);
    await settled();
    expect([caller.error(one).code, caller.error(other).code]).toEqual(["INTERNAL", "INTERNAL"]);
    expect(caller.line.closedWith).toBeUndefined();
  });
});

describe("E1: what a handler throws", () => {
  it.each([
    [
      "at once",
      () => {
        throw new Error("SELECT canary");
      },
    ],
    [
      "later",
      async () => {
        throw new Error("SELECT canary");
      },
    ],
    ["as a rejected thenable", () => Promise.reject("canary")],
  ])("%s never gets onto the wire", async (_, give) => {
    const { caller, settled, failures } = await setUp({ give });
    const id = caller.call("give");
    await settled();
    expect(caller.error(id)).toEqual(internal);
    expect(caller.line.sent.join()).not.toContain("canary");
    expect(failures).toMatchObject([{ errorId: caller.error(id).errorId, path: "give" }]);
  });
});

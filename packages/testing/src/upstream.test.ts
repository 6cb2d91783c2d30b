/** Upstreams from a client's call to its handler: the real client over the real router, without a socket. */
import { defineContract, mutation, query, RpcError, subscription } from "@trunkline/core";
import { implement } from "@trunkline/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTestClient } from "./test-client.js";

const contract = defineContract({
  sum: mutation({ upstream: z.number(), output: z.number() }),
  first: query({
    input: z.object({ most: z.int() }),
    upstream: z.string().transform(Number),
    output: z.array(z.number()),
  }),
  echo: subscription({ upstream: z.string(), event: z.string() }),
  store: mutation({
    upstream: z.object({ at: z.int(), bytes: z.instanceof(Uint8Array) }),
    output: z.object({ size: z.int(), fits: z.boolean() }),
  }),
  plain: query({ output: z.string() }),
});

interface Heard {
  failure?: unknown;
  aborted?: unknown;
}

/** A client, its server, and what handlers have noticed. */
function open() {
  const heard: Heard = {};
  const router = implement(contract).router({
    sum: async ({ upstream, signal }) => {
      signal.addEventListener("abort", () => (heard.aborted = signal.reason));
      let sum = 0;
      try {
        for await (const number of upstream) sum += number;
      } catch (error) {
        heard.failure = error;
        throw error;
      }
      return sum;
    },
    first: async ({ input, upstream }) => {
      const taken: number[] = [];
      for await (const number of upstream) if (taken.push(number) === input.most) break;
      return taken;
    },
    echo: async function* ({ upstream }) {
      for await (const word of upstream) yield word.toUpperCase();
    },
    store: async ({ upstream }) => {
      let size = 0;
      let fits = true;
      for await (const { at, bytes } of upstream) {
        fits &&= at === size && Buffer.compare(bytes, pattern(at, bytes.length)) === 0;
        size += bytes.length;
        await new Promise((resolve) => setTimeout(resolve, bytes.length > 50_000 ? 1 : 0));
      }
      return { size, fits };
    },
    plain: () => "plain",
  });
  return { ...createTestClient(router), heard };
}

/** Counts, and knows what became of it. */
function counting(to = Infinity) {
  const seen = { given: 0, closed: false };
  const source = (async function* () {
    try {
      while (seen.given < to) yield ++seen.given;
    } finally {
      seen.closed = true;
    }
  })();
  return { seen, source };
}

const streamOf = (source: AsyncIterator<number>) =>
  new ReadableStream<number>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });

/** Bytes that say where they stand. */
const pattern = (at: number, length: number) => Uint8Array.from({ length }, (_, index) => (at + index) * 31);

const words = async function* (...all: string[]) {
  yield* all;
};

describe("an upstream", () => {
  it.each([
    ["an async iterable", () => counting(100).source],
    ["an array", () => Array.from({ length: 100 }, (_, index) => index + 1)],
    ["a ReadableStream", () => streamOf(counting(100).source)],
    [
      "a ReadableStream that is no async iterable",
      () => {
        const stream = streamOf(counting(100).source);
        return { getReader: () => stream.getReader() };
      },
    ],
  ])("is read from %s, in order and whole", async (_, source) => {
    const { client, close } = open();
    expect(await client.sum(undefined, { upstream: source() as AsyncIterable<number> })).toBe(5_050);
    await close();
  });

  it.each([
    ["small", 100, 50],
    ["large, in parts", 100_000, 20],
    ["of every size", undefined, 60],
  ])("carries bytes in its items: %s, through cuts", async (_, length, items) => {
    const { client, cut, close } = open();
    let at = 0;
    const source = (function* () {
      for (let number = 0; number < items; number++) {
        if (number % 7 === 5) cut();
        const bytes = pattern(at, length ?? number ** 3 % 70_001);
        yield { at, bytes };
        at += bytes.length;
      }
    })();
    expect(await client.store(undefined, { upstream: source })).toEqual({ size: at, fits: true });
    await close();
  });

  it("keeps the bytes of its items within the credit that the handler gives", async () => {
    let stop = () => {};
    const done = new Promise<void>((resolve) => (stop = resolve));
    const router = implement(defineContract({ hold: mutation({ upstream: z.instanceof(Uint8Array) }) })).router({
      hold: async ({ upstream }) => {
        await upstream[Symbol.asyncIterator]().next();
        await done;
      },
    });
    await using test = createTestClient(router, { limits: { upstreamBytes: 10_000 } });
    const seen = { given: 0 };
    const source = (function* () {
      for (;;) {
        seen.given++;
        yield new Uint8Array(1_000);
      }
    })();
    const call = test.client.hold(undefined, { upstream: source });
    // 1,039 each: 9 of them fit; the tenth was read, and waits for credit that is told when half of it is used up.
    await expect.poll(() => seen.given).toBe(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.given).toBe(10);
    stop();
    await call;
  });

  it.each([
    ["its items", [1, 2, 3], 6],
    ["more than is granted without its handler", Array.from({ length: 2_000 }, () => 1), 2_000],
    ["only its end", [], 0],
  ])("waits with its call for a handler that may not begin yet: %s", async (_, items, sum) => {
    let goOn = (_: string) => {};
    const busy = new Promise<string>((resolve) => (goOn = resolve));
    const router = implement(defineContract({ plain: contract.plain, sum: contract.sum })).router({
      plain: () => busy,
      sum: async ({ upstream }) => {
        let sum = 0;
        for await (const number of upstream) sum += number;
        return sum;
      },
    });
    await using test = createTestClient(router, { limits: { handlers: 1, upstreamBytes: 1_024 } });
    const first = test.client.plain();
    const second = test.client.sum(undefined, { upstream: items });
    await expect.poll(() => test.server.waiting).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    goOn("done");
    expect(await Promise.all([first, second])).toEqual(["done", sum]);
  });

  it("may have no items", async () => {
    const { client, close } = open();
    expect(await client.sum(undefined, { upstream: [] })).toBe(0);
    await close();
  });

  it("reaches the handler as the other side of its schema", async () => {
    const { client, close } = open();
    expect(await client.first({ most: 9 }, { upstream: words("1", "2") })).toEqual([1, 2]);
    await close();
  });

  it("is its own call's, although another with the same input is in flight", async () => {
    const { client, close } = open();
    const sent = ["1", "2"].map((word) => client.first({ most: 9 }, { upstream: words(word) }));
    expect(await Promise.all(sent)).toEqual([[1], [2]]);
    await close();
  });

  it("of a subscription makes a channel both ways", async () => {
    const { client, close } = open();
    const said: string[] = [];
    for await (const word of client.echo(undefined, { upstream: words("a", "b", "c") })) said.push(word);
    expect(said).toEqual(["A", "B", "C"]);
    await close();
  });

  it("survives cuts that nobody notices", async () => {
    const { client, cut, close } = open();
    const source = (async function* () {
      for (let number = 1; number <= 2_000; number++) {
        if (number % 300 === 0) cut();
        if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        yield number;
      }
    })();
    expect(await client.sum(undefined, { upstream: source })).toBe(2_001_000);
    await close();
  });

  it("is closed when the handler answers before it has ended", async () => {
    const { client, close } = open();
    const seen = { closed: false };
    const source = (async function* () {
      try {
        for (let number = 1; ; number++) yield String(number);
      } finally {
        seen.closed = true;
      }
    })();
    expect(await client.first({ most: 3 }, { upstream: source })).toEqual([1, 2, 3]);
    await expect.poll(() => seen.closed).toBe(true);
    await close();
  });

  it("that fails rejects its call with its own error, of which nothing leaves", async () => {
    const { client, heard, close } = open();
    const failure = new Error("disk is on fire");
    const source = (async function* () {
      yield 1;
      throw failure;
    })();
    await expect(client.sum(undefined, { upstream: source })).rejects.toBe(failure);
    await expect.poll(() => heard.failure).toMatchObject({ code: "ABORTED", message: "the caller's source failed" });
    expect(heard.aborted).toBe(heard.failure);
    await close();
  });

  it("of a subscription that fails ends the reading with its own error", async () => {
    const { client, close } = open();
    const failure = new Error("microphone is gone");
    const source = (async function* () {
      yield "a";
      throw failure;
    })();
    const stream = client.echo(undefined, { upstream: source });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toBe(failure);
    await close();
  });

  it("ends in the handler with the reason of a cancel, and its source is closed", async () => {
    const { client, heard, close } = open();
    const { source, seen } = counting();
    const controller = new AbortController();
    const call = client.sum(undefined, { upstream: source, signal: controller.signal });
    await expect.poll(() => seen.given).toBeGreaterThan(10);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED", outcome: "unknown" });
    await expect.poll(() => heard.failure).toMatchObject({ code: "CANCELLED" });
    await expect.poll(() => seen.closed).toBe(true);
    await close();
  });

  it("with an item that does not fit the contract fails in the handler, and says where", async () => {
    const { client, heard, close } = open();
    const wrong = client.sum(undefined, { upstream: [1, 2, "3" as never] });
    await expect(wrong).rejects.toMatchObject({
      ...{ code: "INVALID_ARGUMENT", outcome: "answered" },
      data: [{ path: ["upstream", 2], rule: expect.stringContaining("invalid_type") }],
    });
    expect(heard.failure).toBeInstanceOf(RpcError);
    await close();
  });

  it("with an item that is too large fails its call, and closes its source", async () => {
    const { client, close } = open();
    const seen = { closed: false };
    const source = (function* () {
      try {
        yield "1";
        yield "x".repeat(200_000);
      } finally {
        seen.closed = true;
      }
    })();
    await expect(client.first({ most: 9 }, { upstream: source })).rejects.toMatchObject({
      ...{ code: "RESOURCE_EXHAUSTED", outcome: "unknown", retryable: false },
    });
    await expect.poll(() => seen.closed).toBe(true);
    await close();
  });

  it("with an item that JSON cannot carry fails its call", async () => {
    const { client, close } = open();
    const call = client.sum(undefined, { upstream: [1n as never] });
    await expect(call).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await close();
  });

  it("is not read from before its call is sent, and then nobody has touched it", async () => {
    const { client, setOnline, close } = open();
    setOnline(false);
    const { source, seen } = counting(3);
    const call = client.sum(undefined, { upstream: source, timeoutMs: 50 });
    await expect(call).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "not-sent" });
    expect(seen).toEqual({ given: 0, closed: false });
    setOnline(true);
    client.$connection.reconnect();
    expect(await client.sum(undefined, { upstream: source })).toBe(6);
    await close();
  });

  it("frees its call from the client's default deadline", async () => {
    const deadlines: number[] = [];
    const router = implement(contract).router({
      sum: ({ deadline }) => deadlines.push(deadline),
      first: () => [],
      echo: async function* () {},
      store: () => ({ size: 0, fits: true }),
      plain: ({ deadline }) => String(deadlines.push(deadline)),
    });
    await using test = createTestClient(router, { client: { timeoutMs: 1_000 }, limits: { callMaxMs: 5_000 } });
    await test.client.sum(undefined, { upstream: [] });
    await test.client.plain();
    // A difference of two times: rounding may leave a little more.
    expect(deadlines.map((ms) => ms > 1_001)).toEqual([true, false]);
  });

  it("is refused where the contract declares none, and missed where it declares one", async () => {
    const { client, close } = open();
    const none = client.plain(undefined, { upstream: [] } as never);
    await expect(none).rejects.toMatchObject({ code: "INVALID_ARGUMENT", outcome: "not-sent" });
    await expect(client.sum(undefined, {} as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await close();
  });

  it("is closed when the client is", async () => {
    const { client, close } = open();
    const { source, seen } = counting();
    const call = client.sum(undefined, { upstream: source });
    await expect.poll(() => seen.given).toBeGreaterThan(0);
    client.$connection.close();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED", outcome: "unknown" });
    await expect.poll(() => seen.closed).toBe(true);
    await close();
  });
});

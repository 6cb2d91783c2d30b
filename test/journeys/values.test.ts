import { createClient, safe } from "@trunkline/client";
import { defineContract, mutation, query, type RpcError, subscription } from "@trunkline/core";
import { event, implement, serve, topics } from "@trunkline/server";
import { createTestClient } from "@trunkline/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const Message = z.object({
  id: z.bigint(),
  sentAt: z.date(),
  readBy: z.map(z.string(), z.date()),
  tags: z.set(z.string()),
  picture: z.instanceof(Uint8Array).optional(),
});
type Message = z.infer<typeof Message>;

const contract = defineContract({
  since: query({
    input: z.object({ since: z.date(), mark: z.union([z.string(), z.date(), z.bigint()]) }),
    output: z.array(Message),
  }),
  send: mutation({
    input: Message,
    output: Message,
    errors: { CLOSED: z.object({ until: z.date(), proof: z.instanceof(Uint8Array) }) },
  }),
  messages: subscription({ event: Message.omit({ picture: true }) }),
  pictures: subscription({ event: z.instanceof(Uint8Array) }),
  upload: mutation({ upstream: z.object({ at: z.date(), part: z.instanceof(Uint8Array) }), output: z.bigint() }),
});

const message: Message = {
  id: 2n ** 64n,
  sentAt: new Date("2026-01-02T03:04:05.678Z"),
  readBy: new Map([["ada", new Date(0)]]),
  tags: new Set(["a", "b"]),
  picture: Uint8Array.from({ length: 300 }, (_, index) => index),
};
const { picture: _picture, ...bare } = message;

const seen: unknown[] = [];
const log = topics(contract.messages);
const router = implement(contract).router({
  since: ({ input }) => {
    seen.push(input);
    return [message, bare];
  },
  send: ({ input, errors }) => {
    if (input.id < 0n) throw errors.CLOSED({ until: input.sentAt, proof: Uint8Array.of(1, 2, 3) });
    // What the contract does not declare stays here.
    return { ...input, secret: "canary" };
  },
  messages: ({ lastEventId }) => log("all").subscribe({ after: lastEventId }),
  pictures: async function* () {
    for (let id = 1; id <= 3; id++) yield event(Uint8Array.of(id, id), { id: String(id) });
  },
  upload: async ({ upstream }) => {
    let sum = 0n;
    for await (const { at, part } of upstream) sum += BigInt(at.getTime()) + BigInt(part.length);
    return sum;
  },
});

const read = async <Item>(stream: AsyncIterable<Item>, count: number): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const item of stream) if (items.push(item) === count) break;
  return items;
};

describe("values that JSON has no word for", () => {
  test("arrive as they were sent, over a socket", async () => {
    const server = await serve(router, {});
    await using client = createClient(contract, { url: server.url });
    const mark = new Date(5);
    expect(await client.since({ since: message.sentAt, mark })).toStrictEqual([message, bare]);
    expect(seen.pop()).toStrictEqual({ since: message.sentAt, mark });
    const sent: Message = await client.send(message);
    expect(sent).toStrictEqual(message);
    expect(sent.sentAt.getTime()).toBe(message.sentAt.getTime());
    expect(await read(client.pictures(), 3)).toStrictEqual([1, 2, 3].map((id) => Uint8Array.of(id, id)));
    client.$connection.close();
    await server.close();
  });

  test("stand in the data of declared errors", async () => {
    await using line = createTestClient(router);
    const result = await safe(line.client.send({ ...message, id: -1n }));
    if (result.ok || result.error.code !== "CLOSED") throw new Error("expected CLOSED", { cause: result });
    expect(result.error.data).toStrictEqual({ until: message.sentAt, proof: Uint8Array.of(1, 2, 3) });
    expect(result.error).toMatchObject({ outcome: "answered", path: "send", message: "CLOSED" });
  });

  test("go through a topic, encoded once", async () => {
    await using line = createTestClient(router);
    const one = line.client.messages();
    const other = line.client.messages();
    const both = Promise.all([read(one, 1), read(other, 1)]);
    await line.client.since({ since: new Date(), mark: 1n });
    await log("all").publish(bare);
    expect(await both).toStrictEqual([[bare], [bare]]);
  });

  test("go up with a call, item by item", async () => {
    await using line = createTestClient(router);
    const parts = [1, 2, 3].map((length) => ({ at: new Date(1_000), part: new Uint8Array(length) }));
    expect(await line.client.upload(undefined, { upstream: parts })).toBe(3_006n);
  });

  test("that do not fit fail the call before it is sent, with their place", async () => {
    await using line = createTestClient(router);
    const failure: RpcError = await line.client.since({ since: "yesterday" as never, mark: 1n }).then(
      () => expect.fail("it was taken"),
      (error) => error,
    );
    expect(failure).toMatchObject({
      code: "INVALID_ARGUMENT",
      outcome: "not-sent",
      message: "input.since: expected date",
    });
  });
});

const loose = defineContract({
  since: query({ input: z.unknown(), output: z.unknown() }),
  send: mutation({ input: z.unknown(), output: z.unknown(), errors: { CLOSED: z.unknown() } }),
  messages: subscription({ event: z.unknown() }),
  pictures: subscription({ event: z.unknown() }),
  upload: mutation({ upstream: z.unknown(), output: z.unknown() }),
});

const liar = implement(loose).router({
  since: () => [{ id: 1 }],
  send: ({ errors }) => {
    throw errors.CLOSED({ until: "tomorrow" });
  },
  messages: async function* () {
    yield { id: "1", sentAt: new Date(0), readBy: [], tags: [] };
    yield { id: "x", sentAt: new Date(0), readBy: [], tags: [] };
    yield { id: "2", sentAt: new Date(0), readBy: [], tags: [] };
  },
  pictures: async function* () {},
  upload: () => "1",
});

describe("ends that do not keep to the contract", () => {
  test.each<[unknown, unknown]>([
    [
      { since: "soon", mark: [2, "a"] },
      { path: ["since"], rule: "invalid_type (expected date)" },
    ],
    [
      { since: "2024-02-30T00:00:00.000Z", mark: [2, "a"] },
      { path: ["since"], rule: "invalid_type (expected date)" },
    ],
    [
      { since: new Date(), mark: "a" },
      { path: ["mark"], rule: "invalid_type (expected bigint or date or JSON)" },
    ],
    [
      { since: new Date(), mark: [0, "1e3"] },
      { path: ["mark"], rule: "invalid_type (expected bigint)" },
    ],
    ["nothing", { path: [], rule: "invalid_type (expected object)" }],
  ])("an input %j is an INVALID_ARGUMENT that says where", async (input, issue) => {
    await using server = await open(router);
    await using client = createClient(loose, { url: server.url, onContractMismatch: () => {} });
    const result = await safe(client.since(input));
    if (result.ok) throw new Error("it was taken");
    expect(result.error).toMatchObject({ code: "INVALID_ARGUMENT", outcome: "answered", data: [issue] });
  });

  test.each([
    ["numbers", "numbers", (n: number) => n * 65_536],
    ["bigints, of which these have the same hash", "bigints", (n: number) => BigInt(n) << 64n],
  ] as const)("take so many keys of callers, and no more, where keys are %s", async (_, kind, keyOf) => {
    const keyed = defineContract({
      numbers: query({ input: z.object({ votes: z.array(z.map(z.number(), z.number())) }), output: z.number() }),
      bigints: query({ input: z.object({ votes: z.array(z.set(z.bigint())) }), output: z.number() }),
      texts: query({ input: z.set(z.string()), output: z.set(z.number()) }),
    });
    const sizes = ({ votes }: { votes: readonly { readonly size: number }[] }) =>
      votes.reduce((sum, { size }) => sum + size, 0);
    const router = implement(keyed).router({
      numbers: ({ input }) => sizes(input),
      bigints: ({ input }) => sizes(input),
      texts: ({ input }) => new Set([...input].map(Number)),
    });
    await using line = await createTestClient(router, { limits: { numberKeys: 100 } });
    const vote = (size: number) => {
      const keys = Array.from({ length: size }, (__, n) => keyOf(n));
      return kind === "numbers"
        ? line.client.numbers({ votes: [new Map([[0.5, 1]]), new Map(keys.map((key) => [Number(key), 1]))] })
        : line.client.bigints({ votes: [new Set([1n]), new Set(keys.map(BigInt))] });
    };
    expect([await vote(98), await vote(99)]).toEqual([99, 100]);
    expect(await safe(vote(100))).toMatchObject({
      ok: false,
      error: { code: "INVALID_ARGUMENT", outcome: "answered", data: [{ path: ["votes", 1] }] },
    });
    // Texts have seeded hashes, and an answer is trusted.
    const texts = Array.from({ length: 300 }, (__, n) => String(n));
    expect((await line.client.texts(new Set(texts))).size).toBe(300);
  });

  test("bytes that did not come are an INVALID_ARGUMENT too", async () => {
    await using server = await open(router);
    await using client = createClient(loose, { url: server.url, onContractMismatch: () => {} });
    const json = { id: "1", sentAt: new Date(), readBy: [], tags: [], picture: [0, 1_000_000] };
    await expect(client.send(json)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      data: [{ path: ["picture"], rule: "invalid_type (expected a place within the bytes that came)" }],
    });
  });

  test("an item of an upstream that is not what it should be is one too, with its number", async () => {
    await using server = await open(router);
    await using client = createClient(loose, { url: server.url, onContractMismatch: () => {} });
    const upstream = [
      { at: new Date(0), part: [0, 0] },
      { at: "later", part: [0, 0] },
    ];
    await expect(client.upload(undefined, { upstream })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      data: [{ path: ["upstream", 1, "at"], rule: "invalid_type (expected date)" }],
    });
  });

  test("an answer that does not fit fails its call as INTERNAL, answered, and no other", async () => {
    await using server = await open(liar);
    await using client = createClient(contract, { url: server.url, onContractMismatch: () => {} });
    const answered = { code: "INTERNAL", outcome: "answered", retryable: false };
    await expect(client.since({ since: new Date(), mark: "" })).rejects.toMatchObject({
      ...answered,
      path: "since",
      message: "the answered output is not what the contract declares: 0.id: expected bigint",
    });
    await expect(client.send(message)).rejects.toMatchObject({
      ...answered,
      message: "the answered error CLOSED is not what the contract declares: until: expected date",
    });
    const stream = client.messages();
    expect((await stream.next()).value).toMatchObject({ id: 1n, sentAt: new Date(0) });
    await expect(stream.next()).rejects.toMatchObject({
      ...answered,
      message: "the answered event is not what the contract declares: id: expected bigint",
    });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(client.$connection.status.state).toBe("ready");
    await expect.poll(() => server.server.running).toBe(0);
  });
});

async function open(answering: typeof router | typeof liar) {
  const server = await serve(answering as typeof router, {});
  return { url: server.url, server: server.server, [Symbol.asyncDispose]: () => server.close() };
}

import { queryCache } from "@trunkline/client";
import { defineContract, mutation, query } from "@trunkline/core";
import { implement } from "@trunkline/server";
import { createTestClient } from "@trunkline/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { until } from "./exchange.js";

/** A client keeps answers, and the server says over the same line when they are no longer true. */

const Room = z.object({ room: z.string() });
const contract = defineContract({
  topic: query({
    input: Room,
    output: z.string(),
    cache: { maxAgeMs: 60_000, tags: ({ room }) => [`room:${room}`] },
  }),
  rename: mutation({ input: Room.extend({ topic: z.string() }) }),
});

function open(cache: ReturnType<typeof queryCache> | undefined = queryCache()) {
  const topics = new Map<string, string>();
  const asked: string[] = [];
  let hold: Promise<void> | undefined;
  const router = implement(contract).router({
    topic: async ({ input: { room } }) => {
      asked.push(room);
      const read = topics.get(room) ?? "none";
      await hold;
      return read;
    },
    rename: ({ input: { room, topic }, connection }) => {
      topics.set(room, topic);
      connection.invalidate([`room:${room}`]);
    },
  });
  const line = createTestClient(router, { client: cache === undefined ? {} : { cache } });
  /** Handlers wait from now on, until the returned function is called. */
  const holdOn = () => {
    let letGo = () => {};
    hold = new Promise((resolve) => (letGo = resolve));
    return letGo;
  };
  return { ...line, topics, asked, holdOn, [Symbol.asyncDispose]: line.close };
}

const a = { room: "a" };

test("an answer is kept, and given without a frame, until the server says it is no longer true", async () => {
  await using line = open();
  const { client, asked } = line;
  expect([await client.topic(a), await client.topic(a), await client.topic({ room: "b" })]).toEqual(
    Array(3).fill("none"),
  );
  expect(asked).toEqual(["a", "b"]);
  line.topics.set("a", "tea");
  line.server.invalidate(["room:a"]);
  await client.topic({ room: "another, whose answer comes after what the server has said" });
  expect([await client.topic(a), await client.topic({ room: "b" })]).toEqual(["tea", "none"]);
  expect(asked.filter((room) => room.length === 1)).toEqual(["a", "b", "a"]);
});

test("whoever has changed something asks and sees it: the invalidation comes before the answer", async () => {
  await using line = open();
  for (let turn = 0; turn < 50; turn++) {
    await line.client.topic(a);
    await line.client.rename({ ...a, topic: `topic ${turn}` });
    expect(await line.client.topic(a)).toBe(`topic ${turn}`);
  }
  expect(line.asked).toHaveLength(51);
});

test("what was in flight when it was invalidated is given to its caller and not kept", async () => {
  await using line = open();
  const letGo = line.holdOn();
  const before = line.client.topic(a);
  await until(() => line.asked.length === 1, "the handler");
  await line.client.rename({ ...a, topic: "tea" });
  letGo();
  expect(await before).toBe("none");
  expect(await line.client.topic(a)).toBe("tea");
});

test("nothing that was kept outlives a cut, whether the session does or not", async () => {
  await using line = open();
  for (const change of [() => {}, () => [...line.server.connections][0]!.close()]) {
    await line.client.topic(a);
    const { length } = line.asked;
    line.setOnline(false);
    await until(() => line.client.$connection.status.state !== "ready", "the cut");
    line.topics.set("a", `changed ${length}`);
    line.server.invalidate(["room:a"]);
    change();
    line.setOnline(true);
    line.client.$connection.reconnect();
    expect(await line.client.topic(a)).toBe(`changed ${length}`);
    expect(line.asked).toHaveLength(length + 1);
  }
});

test("a client without a cache keeps nothing, and is told nothing", async () => {
  const messages: string[] = [];
  const line = createTestClient(
    implement(contract).router({ topic: () => String(messages.push("asked")), rename: () => {} }),
  );
  await line.client.topic(a);
  line.server.invalidate();
  await line.client.topic(a);
  expect(messages).toHaveLength(2);
  expect(() => line.server.invalidate("room:a" as never)).toThrow("expected an array of strings");
  await line.close();
});

test("the program forgets what it wants to", async () => {
  await using line = open();
  await line.client.topic(a);
  line.topics.set("a", "tea");
  line.client.$connection.invalidate(["room:b"]);
  expect(await line.client.topic(a)).toBe("none");
  line.client.$connection.invalidate(["room:a"]);
  expect(await line.client.topic(a)).toBe("tea");
  expect(await line.client.topic(a, { fresh: true })).toBe("tea");
  expect(line.asked).toHaveLength(3);
});

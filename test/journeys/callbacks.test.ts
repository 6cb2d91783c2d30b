import { createClient, implement as implementOnClient } from "@trunkline/client";
import { defineContract, mutation, query, RpcError, subscription } from "@trunkline/core";
import { type Connection, implement, type SafeResult, type ServerSetup, safe, serve } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { until } from "./exchange.js";

/** The server calls its clients, over real sockets. */

const api = defineContract({
  remove: mutation({ input: z.string(), output: z.string() }),
  ping: query({}),
});
const page = defineContract({
  confirm: mutation({ input: z.string(), output: z.boolean(), errors: { BUSY: z.object({ with: z.string() }) } }),
  keys: subscription({ input: z.number(), event: z.number() }),
});

/** What the page's person does: answers are held until the test gives them. */
class Person {
  readonly asked: string[] = [];
  readonly aborted: string[] = [];
  readonly failures: unknown[][] = [];
  #answer: (yes: boolean) => void = () => {};
  #answered = new Promise<boolean>((resolve) => {
    this.#answer = resolve;
  });

  say(yes: boolean): void {
    this.#answer(yes);
  }

  readonly router = implementOnClient(page).router({
    confirm: async ({ input, signal, errors, path, connection }) => {
      this.asked.push(`${path} ${input} ${connection.status.state}`);
      signal.addEventListener("abort", () => this.aborted.push((signal.reason as { code: string }).code));
      if (input === "busy") throw errors.BUSY({ with: "another" });
      if (input === "undeclared") throw new RpcError("ASLEEP");
      if (input === "broken") throw new Error("a secret of the page");
      return this.#answered;
    },
    keys: async function* ({ input }) {
      for (let key = 1; key <= input; key++) yield key;
    },
  });
}

/** A server whose mutation asks the client that calls it, and one client. */
async function open(setup: ServerSetup<object> = {}, asks = { timeoutMs: 10_000 }) {
  const failures: unknown[] = [];
  const asked: Promise<SafeResult<boolean, RpcError>>[] = [];
  const router = implement(api).router({
    ping: () => {},
    remove: async ({ input, connection, signal }) => {
      const answer = safe(connection.client(page).confirm(input, { ...asks, signal }));
      asked.push(answer);
      const result = await answer;
      return result.ok ? `confirmed ${result.data}` : `${result.error.code} ${result.error.outcome}`;
    },
  });
  const connected: Connection[] = [];
  const options = { onError: (failure: unknown) => failures.push(failure), ...setup };
  const start = () => serve(router, { ...options, onConnect: (connection) => connected.push(connection) });
  const server = await start();
  const relay = await openFaultProxy(server.port);
  const person = new Person();
  const visit = (url = `ws://127.0.0.1:${relay.port}/`) =>
    createClient(api, {
      url,
      random: () => 0,
      serve: person.router,
      onError: (...heard) => void person.failures.push(heard),
    });
  const client = visit();
  await until(() => client.$connection.status.state === "ready", "the connection");
  const close = async () => {
    client.$connection.close();
    await relay.close();
    await server.close();
  };
  return { server, relay, person, client, connected, asked, failures, visit, start, [Symbol.asyncDispose]: close };
}

test("a handler asks the client that called it, and goes on with the answer", async () => {
  await using line = await open();
  const removed = line.client.remove("everything");
  await until(() => line.person.asked.length === 1, "the question");
  // Other calls pass while it waits.
  await line.client.ping();
  line.person.say(true);
  expect(await removed).toBe("confirmed true");
  expect(line.person.asked).toEqual(["confirm everything ready"]);
});

test("a declared error of the client's handler arrives as such", async () => {
  await using line = await open();
  const [connection] = line.server.connections;
  const result = await safe(connection!.client(page).confirm("busy"));
  if (result.ok || result.error.code !== "BUSY") throw new Error("expected BUSY");
  expect(result.error.data.with).toBe("another");
});

test("why a client's handler's RpcError did not travel is heard by the client", async () => {
  await using line = await open();
  await safe(line.connected[0]!.client(page).confirm("undeclared"));
  const [, failed] = line.person.failures[0] as [unknown, { readonly reason: string }];
  expect(failed.reason).toBe("the contract declares no error ASLEEP");
});

test("what a client's handler throws is heard by the client, whole; the server gets an id", async () => {
  await using line = await open();
  const result = await safe(line.connected[0]!.client(page).confirm("broken"));
  expect(result).toMatchObject({ ok: false, error: { code: "INTERNAL", message: "the client failed" } });
  const { errorId } = (result as { readonly error: { readonly errorId: string } }).error;
  expect(line.person.failures).toEqual([[new Error("a secret of the page"), { errorId, path: "confirm" }]]);
});

test("the client validates what the server sends", async () => {
  await using line = await open();
  const wrong = line.connected[0]!.client(page).confirm(5 as unknown as string);
  await expect(wrong).rejects.toMatchObject({ code: "INVALID_ARGUMENT", outcome: "answered" });
  expect(line.person.asked).toEqual([]);
});

test("a caller that cancels cancels what its handler asks", async () => {
  await using line = await open();
  const controller = new AbortController();
  const removed = line.client.remove("x", { signal: controller.signal });
  await until(() => line.person.asked.length === 1, "the question");
  controller.abort();
  await expect(removed).rejects.toMatchObject({ code: "CANCELLED" });
  await until(() => line.person.aborted.length === 1, "the abort");
  expect(line.person.aborted).toEqual(["CANCELLED"]);
  expect(await line.asked[0]).toMatchObject({ ok: false, error: { code: "CANCELLED", outcome: "unknown" } });
});

test("a question has a deadline, which aborts the client's handler", async () => {
  await using line = await open({}, { timeoutMs: 60 });
  expect(await line.client.remove("x")).toBe("DEADLINE_EXCEEDED unknown");
  await until(() => line.person.aborted.length === 1, "the abort");
});

test("a client that leaves while it is asked: UNAVAILABLE, unknown", async () => {
  await using line = await open();
  void line.client.remove("x").catch(() => {});
  await until(() => line.person.asked.length === 1, "the question");
  line.client.$connection.close();
  await until(() => line.server.connections.size === 0, "the end of the session");
  expect(await line.asked[0]).toMatchObject({ ok: false, error: { code: "UNAVAILABLE", outcome: "unknown" } });
  const late = line.connected[0]!.client(page).confirm("late");
  await expect(late).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "not-sent" });
});

test("a cut while the client is asked is noticed by nobody, and its handler runs once", async () => {
  await using line = await open();
  const removed = line.client.remove("x");
  await until(() => line.person.asked.length === 1, "the question");
  line.relay.cut();
  await until(() => line.client.$connection.status.state !== "ready", "the cut");
  line.person.say(false);
  expect(await removed).toBe("confirmed false");
  expect(line.person.asked).toHaveLength(1);
});

test("what is asked while the client is away waits for it, and is sent when it is back", async () => {
  await using line = await open();
  await line.relay.admit("hang-up");
  line.relay.cut();
  await until(() => line.client.$connection.status.state !== "ready", "the cut");
  const asked = line.connected[0]!.client(page).confirm("x");
  const stale = line.connected[0]!.client(page).confirm("stale", { timeoutMs: 1 });
  await expect(stale).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  expect(line.person.asked).toEqual([]);
  line.person.say(true);
  await line.relay.heal();
  line.client.$connection.reconnect();
  expect(await asked).toBe(true);
  expect(line.person.asked).toHaveLength(1);
});

test("a client that stays away: what was not sent to it fails as not-sent when its session ends", async () => {
  await using line = await open({ limits: { resumeMs: 50 } });
  await line.relay.admit("hang-up");
  line.relay.cut();
  await until(() => line.client.$connection.status.state !== "ready", "the cut");
  const [connection] = line.connected;
  await expect(connection!.client(page).confirm("x")).rejects.toMatchObject({
    code: "UNAVAILABLE",
    outcome: "not-sent",
  });
});

test("a client that serves nothing, or something else, says so", async () => {
  await using line = await open();
  const other = defineContract({ beep: mutation({}) });
  const [serving] = line.connected;
  await expect(serving!.client(other).beep()).rejects.toMatchObject({ code: "UNIMPLEMENTED", outcome: "answered" });
  const silent = createClient(api, { url: line.server.url });
  await silent.ping();
  const [, serves] = line.connected;
  expect(serves?.serves).toBeUndefined();
  await expect(serves!.client(page).confirm("x")).rejects.toMatchObject({
    code: "UNIMPLEMENTED",
    outcome: "not-sent",
    message: expect.stringContaining("serves no procedures"),
  });
  silent.$connection.close();
});

test("the server reads a stream of its client, and ends it", async () => {
  await using line = await open();
  const { keys } = line.connected[0]!.client(page);
  const read: number[] = [];
  for await (const key of keys(3)) read.push(key);
  expect(read).toEqual([1, 2, 3]);
  // Far more than credit allows at once, and left in the middle.
  for await (const key of keys(100_000)) if (key === 500) break;
  await expect(line.client.ping()).resolves.toBeUndefined();
});

test("every connection of an identity is asked, from outside any handler", async () => {
  await using line = await open({ identity: () => "ada" });
  const second = line.visit();
  await until(() => line.connected.length === 2, "the second page");
  line.person.say(true);
  const connections = line.server.connectionsOf("ada");
  expect(await Promise.all(connections.map((each) => each.client(page).confirm("x")))).toEqual([true, true]);
  expect(line.server.connectionsOf("grace")).toEqual([]);
  expect([...line.server.connections]).toEqual(line.connected);
  second.$connection.close();
});

test("a drain waits for what its clients are asked: the answer leaves on the old socket", async () => {
  await using line = await open();
  await using next = await line.start();
  let url = line.server.url;
  const { person } = line;
  const client = createClient(api, { url: () => url, random: () => 0, serve: person.router });
  await until(() => line.connected.length === 2, "the other page");
  const asked = line.connected[1]!.client(page).confirm("x");
  await until(() => person.asked.length === 1, "the question");
  url = next.url;
  line.client.$connection.close();
  const drained = line.server.drain({ spreadMs: 0, deadlineMs: 10_000 });
  await until(() => line.connected.length === 3, "the move");
  await client.ping();
  person.say(true);
  expect(await asked).toBe(true);
  expect(await drained).toMatchObject({ cut: 0 });
  client.$connection.close();
});

import { createClient, safe } from "@trunkline/client";
import { describe, expect, test } from "vitest";
import { contract, openExchange, until } from "./exchange.js";

/** What a call does when its socket drops: DESIGN's table, row by row, over real sockets. */
describe("a cut, and the session resumes", () => {
  test("calls in flight are answered, and each handler ran once", async () => {
    await using exchange = await openExchange();
    const { client, ledger, relay } = exchange;
    const query = client.slow({ token: "slow query" });
    const mutation = client.orders.place({ token: "slow mutation", amount: 1 });
    await until(() => ledger.holds("slow query") && ledger.holds("slow mutation"), "both handlers");
    relay.cut();
    await until(() => client.$connection.status.state !== "ready", "the cut");
    // Answered while nobody listens.
    ledger.release();
    expect(await query).toBe("slow query");
    expect(await mutation).toEqual({ token: "slow mutation" });
    expect(ledger.started).toEqual(["slow query", "slow mutation"]);
    expect(ledger.aborted).toEqual([]);
  });

  test("streams go on with nothing missing and nothing twice, through cut after cut", async () => {
    await using exchange = await openExchange();
    let last = 0;
    for await (const number of exchange.client.count({ to: 20_000 })) {
      expect(number).toBe(++last);
      if (number % 4_000 === 0) exchange.relay.cut();
    }
    expect(last).toBe(20_000);
    // One generator all the time: the session went on.
    expect(exchange.ledger.ended).toEqual(["count"]);
  });

  test("even a stream without ids has no hole", async () => {
    await using exchange = await openExchange();
    let last = 0;
    for await (const number of exchange.client.anonymous({ to: 5_000 })) {
      expect(number).toBe(++last);
      if (number % 1_000 === 0) exchange.relay.cut();
      if (number === 5_000) break;
    }
    expect(last).toBe(5_000);
  });

  test("a reconnect that the program asks for is a cut like any other", async () => {
    await using exchange = await openExchange();
    const mutation = exchange.client.orders.place({ token: "slow", amount: 1 });
    await until(() => exchange.ledger.holds("slow"), "the handler");
    exchange.client.$connection.reconnect();
    exchange.ledger.release();
    expect(await mutation).toEqual({ token: "slow" });
    expect(exchange.ledger.started).toEqual(["slow"]);
  });

  test("what was called while offline is sent once there is a connection", async () => {
    await using exchange = await openExchange();
    const { client, relay } = exchange;
    await client.add({ a: 1, b: 1 });
    await relay.admit("hang-up");
    relay.cut();
    await until(() => client.$connection.status.state !== "ready", "the cut");
    const calls = Array.from({ length: 100 }, (_, index) => client.add({ a: index, b: 0 }));
    await relay.admit("relay");
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});

describe("a cut, and the session is lost", () => {
  test("queries and idempotent mutations are sent again; a mutation rejects as unknown", async () => {
    const exchange = await openExchange();
    const { client, ledger, relay } = exchange;
    const query = client.slow({ token: "slow query" });
    const idempotent = client.orders.set({ token: "slow set" });
    const mutation = safe(client.orders.place({ token: "slow mutation", amount: 1 }));
    await until(
      () => ["slow query", "slow set", "slow mutation"].every((token) => ledger.holds(token)),
      "the handlers",
    );
    await relay.admit("hang-up");
    relay.cut();
    await exchange.server.close();
    const second = await exchange.start(exchange.server.port);
    await relay.admit("relay");
    expect(await mutation).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", outcome: "unknown", retryable: false },
    });
    await until(() => ledger.started.length === 5, "the second start of what may be repeated");
    ledger.release();
    expect(await query).toBe("slow query");
    expect(await idempotent).toBe("slow set");
    expect(ledger.started.filter((token) => token === "slow mutation")).toHaveLength(1);
    await second.close();
    await exchange.close();
  });

  test("where its close code says so, nobody waits for another server to be told", async () => {
    await using exchange = await openExchange();
    const { client, ledger, relay, server } = exchange;
    const query = client.slow({ token: "slow query" });
    const mutation = safe(client.orders.place({ token: "slow mutation", amount: 1 }));
    await until(() => ["slow query", "slow mutation"].every((token) => ledger.holds(token)), "the handlers");
    await relay.admit("hang-up");
    for (const connection of server.connections) connection.close();
    expect(await mutation).toMatchObject({ ok: false, error: { code: "UNAVAILABLE", outcome: "unknown" } });
    await relay.admit("relay");
    await until(() => ledger.started.length === 3, "the second start of the query");
    ledger.release();
    expect(await query).toBe("slow query");
  });

  test("a subscription is opened again after its last event id", async () => {
    const exchange = await openExchange();
    let last = 0;
    let second: Awaited<ReturnType<typeof exchange.start>> | undefined;
    for await (const number of exchange.client.count({ to: 5_000 })) {
      expect(number).toBe(++last);
      if (number !== 2_000) continue;
      await exchange.server.close();
      second = await exchange.start(exchange.server.port);
    }
    expect(last).toBe(5_000);
    await second?.close();
    await exchange.close();
  });

  test("a subscription without ids ends with DATA_LOSS, or goes on where its gaps are heard", async () => {
    const exchange = await openExchange();
    const gaps: string[] = [];
    const deaf = exchange.client.anonymous({ to: 10 });
    const hearing = exchange.client.anonymous({ to: 10 }, { onGap: (gap) => gaps.push(gap.reason) });
    for (let number = 1; number <= 10; number++) {
      expect((await deaf.next()).value).toBe(number);
      expect((await hearing.next()).value).toBe(number);
    }
    await exchange.server.close();
    const second = await exchange.start(exchange.server.port);
    await expect(deaf.next()).rejects.toMatchObject({ code: "DATA_LOSS" });
    expect((await hearing.next()).value).toBe(1);
    expect(gaps).toHaveLength(1);
    await second.close();
    await exchange.close();
  });

  test("a handler that reports a gap has it told in its place", async () => {
    await using exchange = await openExchange();
    const gaps: string[] = [];
    const stream = exchange.client.count({ to: 5 }, { lastEventId: "9", onGap: (gap) => gaps.push(gap.reason) });
    expect(await stream.next()).toMatchObject({ done: true });
    expect(gaps).toEqual(["the log begins anew"]);
  });
});

describe("a server that drains", () => {
  test("finishes what is in flight, and the client goes on elsewhere", async () => {
    const exchange = await openExchange();
    const { client, ledger } = exchange;
    const call = client.slow({ token: "slow" });
    await until(() => ledger.holds("slow"), "the handler");
    const draining = exchange.server.drain({ spreadMs: 50, deadlineMs: 2_000 });
    await until(() => client.$connection.status.state !== "ready", "the goodbye");
    const later = client.add({ a: 20, b: 22 });
    ledger.release();
    expect(await call).toBe("slow");
    expect(await draining).toEqual({ finished: 1, away: 0, cut: 0 });
    const second = await exchange.start(exchange.server.port);
    expect(await later).toBe(42);
    await second.close();
    await exchange.close();
  });

  test("loses no call and no event while its clients go to another one", async () => {
    const [first, second] = [await openExchange(), await openExchange()];
    let url = first.server.url;
    const client = createClient(contract, { url: () => url, random: () => 0.5 });
    const slow = client.orders.place({ token: "slow", amount: 1 });
    await until(() => first.ledger.holds("slow"), "the handler");
    let last = 0;
    const reading = (async () => {
      for await (const number of client.count({ to: 30_000 })) expect(number).toBe(++last);
    })();
    await until(() => last > 100, "the stream");
    url = second.server.url;
    const draining = first.server.drain({ spreadMs: 40, deadlineMs: 2_000 });
    const statuses = new Set<string>();
    client.$connection.subscribe(({ state }) => statuses.add(state));
    for (let call = 0; call < 200; call++) {
      expect(await client.add({ a: call, b: 1 })).toBe(call + 1);
      if (call === 150) first.ledger.release();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await slow).toEqual({ token: "slow" });
    await reading;
    expect(last).toBe(30_000);
    expect(await draining).toEqual({ finished: 1, away: 0, cut: 0 });
    // There was a connection all the time.
    expect([...statuses].sort()).toEqual(["leaving", "ready"]);
    client.$connection.close();
    await Promise.all([first.close(), second.close()]);
  });

  test("D6: asks those who have been there for long, too, and no call fails and no event is lost", async () => {
    const sessions: string[] = [];
    const exchange = await openExchange({
      maxConnectionAgeMs: 1_000,
      onConnect: ({ id }) => void sessions.push(id),
      client: { random: () => 0.5 },
    });
    const { client, ledger, server } = exchange;
    const slow = client.orders.place({ token: "slow", amount: 1 });
    await until(() => ledger.holds("slow"), "the handler");
    let last = 0;
    const stream = client.count({ to: 1_000_000 });
    const reading = (async () => {
      for await (const number of stream) {
        expect(number).toBe(++last);
        if (sessions.length > 2) break;
      }
    })();
    const statuses = new Set<string>();
    client.$connection.subscribe(({ state }) => statuses.add(state));
    for (let call = 0; sessions.length < 3; call++) {
      expect(await client.add({ a: call, b: 1 })).toBe(call + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    ledger.release();
    expect(await slow).toEqual({ token: "slow" });
    await reading;
    await until(() => server.server.connections.size === 1, "the first connections to be left");
    // There was a connection all the time.
    expect([...statuses].sort()).toEqual(["leaving", "ready"]);
    await exchange.close();
  }, 20_000);

  test("cuts off what does not finish in time, and its caller is told", async () => {
    await using exchange = await openExchange();
    const call = safe(exchange.client.orders.place({ token: "slow", amount: 1 }, { timeoutMs: 500 }));
    await until(() => exchange.ledger.holds("slow"), "the handler");
    expect(await exchange.server.drain({ spreadMs: 0, deadlineMs: 30 })).toEqual({ finished: 0, away: 0, cut: 1 });
    expect(await call).toMatchObject({ ok: false, error: { outcome: "unknown" } });
    expect(exchange.ledger.aborted).toEqual(["slow"]);
  });
});

import { createClient, safe } from "@trunkline/client";
import { RpcError } from "@trunkline/core";
import { describe, expect, test } from "vitest";
import { contract, openExchange } from "./exchange.js";

describe("one server, one client, one socket", () => {
  test("answers a query with its output", async () => {
    await using exchange = await openExchange();
    expect(await exchange.client.add({ a: 2, b: 3 })).toBe(5);
  });

  test("rejects a mutation with the error its contract declares, narrowed by code", async () => {
    await using exchange = await openExchange();
    const result = await safe(exchange.client.orders.place({ token: "t", amount: 101 }));
    expect(result.ok).toBe(false);
    if (result.ok || result.error.code !== "SOLD_OUT") throw new Error("expected SOLD_OUT");
    expect(result.error.data.left).toBe(100);
    expect(result.error.outcome).toBe("answered");
  });

  test("gives every event of a subscription, in order, and then its end", async () => {
    await using exchange = await openExchange();
    const numbers: number[] = [];
    for await (const number of exchange.client.count({ to: 1_000 })) numbers.push(number);
    expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });

  test("ends the generator when the reader breaks off", async () => {
    await using exchange = await openExchange();
    for await (const number of exchange.client.count({ to: 1_000_000 })) if (number === 10) break;
    await expect.poll(() => exchange.ledger.ended).toEqual(["count"]);
    expect(exchange.server.server.running).toBe(0);
  });

  test("stops the generator when the reader stops reading, and goes on with it", async () => {
    await using exchange = await openExchange();
    const stream = exchange.client.count({ to: 10_000 });
    for (let number = 1; number <= 5; number++) expect((await stream.next()).value).toBe(number);
    // The other end may send what was granted and no more, so one call there and back sees it stopped.
    await exchange.client.add({ a: 1, b: 1 });
    expect(exchange.ledger.ended).toEqual([]);
    let last = 5;
    for await (const number of stream) expect(number).toBe(++last);
    expect(last).toBe(10_000);
  });

  test("reads a subscription by callbacks", async () => {
    await using exchange = await openExchange();
    const numbers: number[] = [];
    await new Promise<void>((resolve, reject) => {
      exchange.client
        .count({ to: 300 })
        .subscribe({ onEvent: (number) => numbers.push(number), onEnd: resolve, onError: reject });
    });
    expect(numbers).toHaveLength(300);
  });

  test("cancels a call by its signal: the handler's signal fires, the outcome says that it may have run", async () => {
    await using exchange = await openExchange();
    const controller = new AbortController();
    const call = safe(exchange.client.slow({ token: "slow" }, { signal: controller.signal }));
    await expect.poll(() => exchange.ledger.started).toEqual(["slow"]);
    controller.abort();
    expect(await call).toMatchObject({ ok: false, error: { code: "CANCELLED", outcome: "unknown" } });
    await expect.poll(() => exchange.ledger.aborted).toEqual(["slow"]);
  });

  test("rejects a call whose deadline passes, and tells its handler", async () => {
    await using exchange = await openExchange();
    await exchange.client.add({ a: 1, b: 1 });
    const call = exchange.client.slow({ token: "slow" }, { timeoutMs: 200 });
    await expect(call).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "unknown" });
    await expect.poll(() => exchange.ledger.aborted).toEqual(["slow"]);
  });

  test("says that nothing was sent when there is no server", async () => {
    const client = createClient(contract, { url: "ws://127.0.0.1:1/", timeoutMs: 500, random: () => 0.1 });
    const error: unknown = await client.add({ a: 1, b: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "not-sent", retryable: true, path: "add" });
    // Where nobody answers, the reason is what helps.
    expect(String(error)).toMatch(/before there was a connection: .*ECONNREFUSED/);
    client.$connection.close();
  });
});

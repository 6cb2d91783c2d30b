import { setTimeout as pause } from "node:timers/promises";
import { createClient, safe } from "@trunkline/client";
import { serve } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { expect, test } from "vitest";
import { shop } from "../reliability/contract.js";
import { orders, router } from "./shop.js";

const context = () => ({ user: "Ada" });

test("an order survives a network that is slow, then cut, then refuses", async () => {
  await using server = await serve(router, { context });
  await using network = await openFaultProxy(server.port);
  // Attempts follow at once, so that the test does not wait for chance.
  await using client = createClient(shop, { url: `ws://127.0.0.1:${network.port}`, random: () => 0 });

  network.impair("both", { latencyMs: 5, jitterMs: 10, sliceBytes: 100 });
  const ordered = safe(client.order({ item: "tea" }));
  while (orders.length === 0) await pause(1);
  network.cut("reset"); // the handler runs, and its answer has no way back
  await network.admit("refuse"); // nor is there anybody to dial
  await pause(50);
  await network.heal();

  expect(await ordered).toEqual({ ok: true, data: "tea for Ada" });
  expect(orders).toEqual(["tea"]);
});

test("prices go on where they were", async () => {
  await using server = await serve(router, { context });
  await using network = await openFaultProxy(server.port);
  await using client = createClient(shop, { url: `ws://127.0.0.1:${network.port}`, random: () => 0 });

  let last = 0;
  for await (const price of client.prices()) {
    expect(price).toBe(++last);
    if (price % 250 === 0) network.cut(price % 500 === 0 ? "end" : "reset");
  }
  expect(last).toBe(1_000);
});

import { expect, test } from "vitest";
import { openExchange } from "./exchange.js";

test("a 200 kB answer with emoji survives both ways", async () => {
  await using exchange = await openExchange();
  const text = "línea 🚋 ".repeat(20_000);
  expect(text.length).toBeGreaterThan(150_000);
  expect(await exchange.client.echo({ text })).toEqual({ text });
});

test("an input larger than the server takes fails at the caller, and harms nobody", async () => {
  await using exchange = await openExchange();
  const { client } = exchange;
  await client.add({ a: 1, b: 1 });
  const text = "🚋".repeat(300_000);
  await expect(client.echo({ text })).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED", outcome: "not-sent" });
  expect(await client.add({ a: 2, b: 2 })).toBe(4);
  expect(exchange.relay.open).toBe(1);
});

import { expect, test } from "vitest";
import { openExchange } from "./exchange.js";

test("one connection carries 10,000 interleaved calls and 100 subscriptions, each answer at its caller", async () => {
  await using exchange = await openExchange();
  const { client } = exchange;
  // Once there is a connection, what waits is bounded by its own limit and not by that of a client offline.
  await client.add({ a: 1, b: 1 });
  const streams = Array.from({ length: 100 }, async (_, stream) => {
    const to = 50 + stream;
    let last = 0;
    for await (const number of client.count({ to })) expect(number).toBe(++last);
    return last === to;
  });
  const calls = Array.from({ length: 10_000 }, async (_, index) => {
    if (index % 3 === 0) return (await client.echo({ text: `echo ${index}` })).text === `echo ${index}`;
    if (index % 3 === 1) return (await client.add({ a: index, b: 1 })) === index + 1;
    return (await client.orders.place({ token: `order ${index}`, amount: 1 })).token === `order ${index}`;
  });
  const right = await Promise.all([...calls, ...streams]);
  expect(right.filter((isRight) => !isRight)).toEqual([]);
  const placed = exchange.ledger.started;
  expect(new Set(placed).size).toBe(placed.length);
  expect(exchange.relay.open).toBe(1);
});

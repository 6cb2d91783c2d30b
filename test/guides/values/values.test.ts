/** The code that docs/values.md quotes: what it declares arrives as it was. */
import { defineContract, query } from "@trunkline/core";
import { implement } from "@trunkline/server";
import { createTestClient } from "@trunkline/testing";
import { expect, test } from "vitest";
import { Price, Visit } from "./carried.js";
import { Message } from "./message.js";
import { Money } from "./money.js";

const contract = defineContract({
  message: query({ input: Message, output: Message }),
  visit: query({ input: Visit, output: Visit }),
  price: query({ input: Price, output: Price }),
});
const router = implement(contract).router({
  message: ({ input }) => input,
  visit: ({ input }) => input,
  price: ({ input }) => input,
});

test("values of zod, of another validator and of a class arrive as they were", async () => {
  await using line = createTestClient(router);
  const at = new Date("2026-01-02T03:04:05.678Z");
  const message = { id: 2n ** 64n, sentAt: at, readBy: new Map([["ada", at]]) };
  expect(await line.client.message(message)).toStrictEqual(message);
  const visit = { at, pages: new Set(["/"]) };
  expect(await line.client.visit(visit)).toStrictEqual(visit);
  expect(await line.client.price(new Money(995n, "EUR"))).toStrictEqual(new Money(995n, "EUR"));
});

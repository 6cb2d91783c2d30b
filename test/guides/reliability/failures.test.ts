import { createClient } from "@trunkline/client";
import { event, gap, implement } from "@trunkline/server";
import { createTestClient } from "@trunkline/testing";
import { expect, test } from "vitest";
import { shop } from "./contract.js";
import { order, showPrices } from "./failures.js";

const router = implement(shop).router({
  order: ({ input, errors }) => {
    if (input.item === "cake") throw errors.SOLD_OUT({ days: 2 });
    if (input.item === "nails") throw new Error("nobody thought of that");
    return input.item;
  },
  setAddress: () => {},
  prices: async function* () {
    yield event(1, { id: "1" });
    yield gap({ reason: "the market was closed" });
    yield event(9, { id: "9" });
  },
});

test("each way in which an order ends is told apart", async () => {
  await using shopping = createTestClient(router, { onError: () => {} });
  expect(await order(shopping.client, "tea")).toBe("ordered: tea");
  expect(await order(shopping.client, "cake")).toBe("sold out, back in 2 days");
  expect(await order(shopping.client, "nails")).toBe("refused: INTERNAL");
  await using nowhere = createClient(shop, { url: "ws://127.0.0.1:9", timeoutMs: 50 });
  expect(await order(nowhere, "tea")).toBe("you are offline: it was not ordered");
});

test("a hole in a stream is told in its place", async () => {
  await using shopping = createTestClient(router);
  const lines: string[] = [];
  await showPrices(shopping.client, (line) => lines.push(line));
  expect(lines).toEqual(["1", "(the market was closed)", "9"]);
});

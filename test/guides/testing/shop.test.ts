import { createTestClient } from "@trunkline/testing";
import { expect, test } from "vitest";
import { order } from "../reliability/failures.js";
import { router } from "./shop.js";

test("what customers are told", async () => {
  const failures: unknown[] = [];
  await using shopping = createTestClient(router, {
    context: ({ auth }) => ({ user: String(auth) }),
    onError: ({ error }) => failures.push(error),
    client: { auth: () => "Ada" },
  });
  expect(await order(shopping.client, "tea")).toBe("ordered: tea for Ada");
  expect(await order(shopping.client, "cake")).toBe("sold out, back in 2 days");
  expect(await order(shopping.client, "nails")).toBe("refused: INTERNAL");
  expect(failures).toEqual([new Error("nobody thought of that")]);
});

test("an order whose line is cut arrives", async () => {
  await using shopping = createTestClient(router, { context: () => ({ user: "Ada" }) });
  const ordered = shopping.client.order({ item: "tea" });
  shopping.cut();
  expect(await ordered).toBe("tea for Ada");
});

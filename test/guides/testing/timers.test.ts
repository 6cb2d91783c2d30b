import { createTestClient } from "@trunkline/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { order } from "../reliability/failures.js";
import { orders, router } from "./shop.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const context = () => ({ user: "Ada" });
// Its chance is 0 otherwise: offline it would dial a thousand times in each second that is skipped.
const client = { random: () => 0.5 };

test("half a minute without a connection, and nothing was ordered", async () => {
  await using shopping = createTestClient(router, { context, client });
  shopping.setOnline(false);
  const ordered = order(shopping.client, "tea");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await ordered).toBe("you are offline: it was not ordered");
});

test("away for longer than the session lives, and nobody knows", async () => {
  await using shopping = createTestClient(router, { context, client, limits: { resumeMs: 5_000 } });
  const ordered = order(shopping.client, "tea");
  await vi.advanceTimersByTimeAsync(0);
  expect(orders).toEqual(["tea"]);
  shopping.setOnline(false);
  await vi.advanceTimersByTimeAsync(6_000);
  shopping.setOnline(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await ordered).toBe("it may have been ordered: look at your orders");
});

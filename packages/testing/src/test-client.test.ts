import { safe } from "@trunkline/client";
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { event, implement } from "@trunkline/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createTestClient } from "./test-client.js";

const contract = defineContract({
  double: query({ input: z.number(), output: z.number() }),
  book: mutation({ input: z.string(), output: z.string() }),
  count: subscription({ input: z.number(), event: z.number() }),
});

function setUp() {
  const booked: string[] = [];
  let finish = () => {};
  const router = implement(contract).router({
    double: ({ input }) => input * 2,
    book: async ({ input }) => {
      booked.push(input);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return `booked ${input}`;
    },
    count: async function* ({ input, lastEventId }) {
      for (let number = Number(lastEventId ?? 0) + 1; number <= input; number++)
        yield event(number, { id: `${number}` });
    },
  });
  return { router, booked, finish: () => finish() };
}

describe("createTestClient", () => {
  it("runs the real client over the real router", async () => {
    await using test = createTestClient(setUp().router);
    expect(await test.client.double(21)).toBe(42);
    expect(await safe(test.client.double("x" as never))).toMatchObject({
      ok: false,
      error: { code: "INVALID_ARGUMENT" },
    });
  });

  it("is cut in the middle of a mutation, which is answered all the same, and ran once", async () => {
    const { router, booked, finish } = setUp();
    await using test = createTestClient(router);
    const call = test.client.book("seat 4");
    await expect.poll(() => booked).toEqual(["seat 4"]);
    test.cut();
    finish();
    expect(await call).toBe("booked seat 4");
    expect(booked).toEqual(["seat 4"]);
  });

  it("is cut again and again in the middle of a stream, which has no hole", async () => {
    await using test = createTestClient(setUp().router);
    let last = 0;
    for await (const number of test.client.count(2_000)) {
      expect(number).toBe(++last);
      if (number % 250 === 0) test.cut();
    }
    expect(last).toBe(2_000);
  });

  it("is offline: what is called then waits, or says that it was not sent", async () => {
    await using test = createTestClient(setUp().router);
    await test.client.double(1);
    test.setOnline(false);
    const waits = test.client.double(2);
    await expect(test.client.double(3, { timeoutMs: 20 })).rejects.toMatchObject({ outcome: "not-sent" });
    expect(test.client.$connection.status.state).not.toBe("ready");
    test.setOnline(true);
    expect(await waits).toBe(4);
  });

  it("leaves nothing behind", async () => {
    const test = createTestClient(setUp().router);
    await test.client.double(1);
    expect(test.server.connections.size).toBe(1);
    await test.close();
    expect(test.server.connections.size).toBe(0);
    expect(test.client.$connection.status).toEqual({ state: "closed" });
  });
});

/** 20 MB go up over a real socket that is cut five times, to a handler in no hurry: nothing is lost, and little waits. */
import { createHash } from "node:crypto";
import { createClient } from "@trunkline/client";
import { defaultLimits, defineContract, mutation } from "@trunkline/core";
import { implement, serve } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const ITEM_SIZE = 50_000;
const ITEMS = 400;
const CUTS = 5;

const contract = defineContract({
  upload: mutation({ input: z.object({ name: z.string() }), upstream: z.string(), output: z.string() }),
});

test("20 MB survive five cuts, and a slow handler stops the source", { timeout: 60_000 }, async () => {
  let taken = 0;
  const router = implement(contract).router({
    upload: async ({ upstream }) => {
      const hash = createHash("sha256");
      for await (const item of upstream) {
        hash.update(item);
        taken += item.length;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return hash.digest("hex");
    },
  });
  await using server = await serve(router, { port: 0 });
  await using proxy = await openFaultProxy(server.port);
  await using client = createClient(contract, { url: `ws://127.0.0.1:${proxy.port}`, random: () => 0.01 });

  const hash = createHash("sha256");
  let given = 0;
  let most = 0;
  let cuts = 0;
  const source = (function* () {
    for (let number = 1; number <= ITEMS; number++) {
      const item = String(number)
        .padStart(8, "0")
        .repeat(ITEM_SIZE / 8);
      hash.update(item);
      given += item.length;
      // Wherever it waits, at either end or between them: it was read from the source, and no handler has it.
      most = Math.max(most, given - taken);
      if (number % Math.ceil(ITEMS / (CUTS + 1)) === 0 && cuts < CUTS) {
        cuts++;
        proxy.cut();
      }
      yield item;
    }
  })();

  expect(await client.upload({ name: "a" }, { upstream: source })).toBe(hash.digest("hex"));
  expect({ cuts, given, taken }).toEqual({ cuts: CUTS, given: ITEMS * ITEM_SIZE, taken: ITEMS * ITEM_SIZE });
  expect(most).toBeLessThanOrEqual(defaultLimits.upstreamBytes + ITEM_SIZE);
});

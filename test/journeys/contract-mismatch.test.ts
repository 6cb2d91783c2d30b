import { createClient } from "@trunkline/client";
import { type ContractDifference, defineContract, query } from "@trunkline/core";
import { implement, serve } from "@trunkline/server";
import { expect, test } from "vitest";
import { z } from "zod";

const newer = defineContract({
  same: query({ output: z.string() }),
  changed: query({ input: z.object({ id: z.string() }), output: z.string() }),
  added: query({ output: z.string() }),
});
const older = defineContract({
  same: query({ output: z.string() }),
  changed: query({ input: z.object({ id: z.number() }), output: z.string() }),
  removed: query({ output: z.string() }),
});
const router = implement(newer).router({ same: () => "same", changed: () => "changed", added: () => "added" });

test("D5: an old client is told which of its procedures a new server has changed, and the others work", async () => {
  await using server = await serve(router, {});
  const told: ContractDifference[] = [];
  const client = createClient(older, { url: server.url, onContractMismatch: (difference) => told.push(difference) });
  expect(await client.same()).toBe("same");
  await expect(client.removed()).rejects.toMatchObject({ code: "UNIMPLEMENTED" });
  await expect.poll(() => told).toEqual([{ missing: ["removed"], changed: ["changed"] }]);
  client.$connection.close();
});

test("a client with the server's own contract is told nothing", async () => {
  await using server = await serve(router, {});
  const told: ContractDifference[] = [];
  const client = createClient(newer, { url: server.url, onContractMismatch: (difference) => told.push(difference) });
  expect(await client.added()).toBe("added");
  expect(told).toEqual([]);
  client.$connection.close();
});

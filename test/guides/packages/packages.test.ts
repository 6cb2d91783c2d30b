/** The code that the pages of the packages quote. */
import { createClient } from "@trunkline/client";
import { expect, test, vi } from "vitest";
import { plan } from "./client.js";
import { tasks } from "./contract.js";
import { open } from "./server.js";
import { label } from "./status.js";

test("tasks are added, and seen by who listens", async () => {
  await using server = await open(0);
  await using client = createClient(tasks, { url: server.url });
  expect(label(client.$connection.status)).toBe("");
  const lines: string[] = [];
  const planned = plan("water the plants", (line) => lines.push(line), server.url);
  await vi.waitUntil(() => lines.length === 2);
  await client.add({ title: "bake" });
  await client.add({ title: "sweep" });
  await planned;
  expect(lines).toEqual([...["added: water the plants", "1: water the plants, until 2030", "2: bake"], "3: sweep"]);
  expect(await client.list()).toHaveLength(3);
});

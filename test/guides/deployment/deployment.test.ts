/** The code that docs/deployment.md quotes, on two servers: what a client that is sent elsewhere sees, and a drain. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createClient, safe } from "@trunkline/client";
import { implement } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { afterEach, expect, test, vi } from "vitest";
import { connect } from "./client.js";
import { desk } from "./contract.js";
import { openService } from "./server.js";

const opened: ReturnType<typeof openService>[] = [];

afterEach(async () => {
  for (const { leave } of opened.splice(0)) await leave();
});

async function open(name: string) {
  const router = implement(desk).router({
    where: () => name,
    settle: async ({ input }) => {
      await pause(input.ms);
      return name;
    },
  });
  const service = openService(router, 0);
  opened.push(service);
  await once(service.http, "listening");
  const { port } = service.http.address() as AddressInfo;
  return { ...service, port, ready: () => fetch(`http://127.0.0.1:${port}/ready`).then(({ status }) => status) };
}

test("a server does not look at the name that a balancer routes by", async () => {
  const { port } = await open("one");
  await using client = connect(desk, `ws://127.0.0.1:${port}`);
  expect(await client.where()).toBe("one");
});

test("a client that is sent to another server has lost its session, and is told so", async () => {
  const [one, two] = [await open("one"), await open("two")];
  await using line = await openFaultProxy(one.port);
  let { port } = line;
  await using client = createClient(desk, { url: () => `ws://127.0.0.1:${port}/rpc`, random: () => 0 });
  const settled = safe(client.settle({ ms: 300 }));
  await vi.waitUntil(() => one.server.running > 0);
  port = two.port;
  line.cut();
  expect(await settled).toMatchObject({ ok: false, error: { code: "UNAVAILABLE", outcome: "unknown" } });
  expect(await client.where()).toBe("two");
  expect(one.server.running).toBe(1);
});

test("a server that drains is not ready, and answers what it has begun", async () => {
  const { server, port, ready, leave } = await open("one");
  expect(await ready()).toBe(200);
  await using client = connect(desk, `ws://127.0.0.1:${port}`);
  expect(await client.where()).toBe("one");
  const settled = client.settle({ ms: 200 });
  await vi.waitUntil(() => server.running > 0);
  const left = leave();
  expect(server.state).toBe("draining");
  expect(await ready()).toBe(503);
  expect(await settled).toBe("one");
  // There is nowhere else to go: the client stays until it is closed, or the time is over.
  client.$connection.close();
  await left;
  expect(server.state).toBe("closed");
});

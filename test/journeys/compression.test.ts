import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createClient } from "@trunkline/client";
import { defineContract, query } from "@trunkline/core";
import { createServer, implement } from "@trunkline/server";
import { expect, test } from "vitest";
import { z } from "zod";

const contract = defineContract({
  echo: query({ input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) }),
});

/** What one echo of 100 kB costs on the wire, each way. */
async function wire(server: boolean, client: boolean): Promise<{ readonly up: number; readonly down: number }> {
  await using rpc = createServer(implement(contract).router({ echo: ({ input }) => input }), { compression: server });
  const http = createHttpServer().listen(0, "127.0.0.1");
  const sockets: Socket[] = [];
  http.on("connection", (socket) => sockets.push(socket));
  await once(http, "listening");
  rpc.attach(http);
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  await using caller = createClient(contract, { url, compression: client });
  const text = "línea 🚋 ".repeat(10_000);
  expect(await caller.echo({ text })).toEqual({ text });
  expect(sockets).toHaveLength(1);
  http.close();
  return { up: sockets[0]?.bytesRead ?? 0, down: sockets[0]?.bytesWritten ?? 0 };
}

test("messages are compressed where both ends want it", async () => {
  const { up, down } = await wire(true, true);
  expect(up).toBeLessThan(5_000);
  expect(down).toBeLessThan(5_000);
});

test.each([
  [true, false],
  [false, true],
  [false, false],
])("messages travel as they are where the server says %s and the client %s", async (server, client) => {
  const { up, down } = await wire(server, client);
  expect(up).toBeGreaterThan(100_000);
  expect(down).toBeGreaterThan(100_000);
});

import { createClient } from "@trunkline/client";
import { defineContract, query, RpcError } from "@trunkline/core";
import { implement, serve } from "@trunkline/server";
import { expect, test } from "vitest";
import { z } from "zod";
import { until } from "./exchange.js";

interface Context {
  readonly user: string;
}

const contract = defineContract({ whoami: query({ output: z.string() }) });
const app = implement(contract).context<Context>();
const router = app.router({ whoami: ({ context }) => context.user });

const open = () =>
  serve(router, {
    context: async ({ auth }) => {
      if (typeof auth !== "string") throw new RpcError("UNAUTHENTICATED");
      return { user: auth };
    },
    identity: ({ user }) => user,
  });

test("the context hook makes the context of every call from the hello's credentials", async () => {
  await using server = await open();
  const client = createClient(contract, { url: server.url, auth: async () => "ada" });
  expect(await client.whoami()).toBe("ada");
  client.$connection.close();
});

test("a refused client stops, its calls reject as UNAUTHENTICATED, and reconnect() tries again", async () => {
  await using server = await open();
  let auth: string | undefined;
  const client = createClient(contract, { url: server.url, auth: () => auth });
  await expect(client.whoami()).rejects.toMatchObject({ code: "UNAUTHENTICATED", outcome: "not-sent" });
  expect(client.$connection.status).toEqual({ state: "stopped", code: "UNAUTHENTICATED", reason: "unauthenticated" });
  await expect(client.whoami()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  auth = "grace";
  client.$connection.reconnect();
  expect(await client.whoami()).toBe("grace");
  client.$connection.close();
});

test("M2: a session is not resumed for somebody else", async () => {
  await using server = await open();
  let auth = "ada";
  const client = createClient(contract, { url: server.url, auth: () => auth, random: () => 0 });
  expect(await client.whoami()).toBe("ada");
  auth = "mallory";
  client.$connection.reconnect();
  await until(() => client.$connection.status.state === "ready", "the new connection");
  expect(await client.whoami()).toBe("mallory");
  // Ada's session waits for Ada.
  expect(server.server.connections).toBe(2);
  client.$connection.close();
});

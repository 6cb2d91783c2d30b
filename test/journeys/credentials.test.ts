import { createClient } from "@trunkline/client";
import { defineContract, query, RpcError } from "@trunkline/core";
import { type FailureReport, implement, serve } from "@trunkline/server";
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

test("H20: credentials that expire are renewed over the open socket, and calls go on with the new context", async () => {
  const router = app.router({ whoami: ({ context }) => context.user });
  let given = 0;
  const lifeMs = 600;
  const expiries = new Map<string, number>();
  await using server = await serve(router, {
    context: ({ auth }) => ({ user: String(auth) }),
    identity: () => "one and the same",
    expiresAt: ({ user }) => expiries.get(user),
  });
  const client = createClient(contract, {
    url: server.url,
    auth: () => {
      const name = `token ${++given}`;
      expiries.set(name, Date.now() + lifeMs);
      return name;
    },
  });
  const states: string[] = [];
  client.$connection.subscribe(({ state }) => states.push(state));
  expect(await client.whoami()).toBe("token 1");
  await until(() => given > 3, "three renewals");
  expect(await client.whoami()).toMatch(/^token [34]$/);
  expect(states).toEqual(["connecting", "ready"]);
  expect(server.connections.size).toBe(1);
  client.$connection.close();
});

test("H20: credentials that are not renewed close the socket, and better ones resume the session", async () => {
  let asked = 0;
  await using server = await serve(router, {
    context: ({ auth }) => ({ user: String(auth) }),
    identity: () => "one and the same",
    expiresAt: ({ user }) => (user === "stale" ? Date.now() + 40 : undefined),
  });
  const auth = () => (++asked === 1 ? "stale" : asked === 2 ? Promise.reject(new Error("offline")) : "fresh");
  const client = createClient(contract, { url: server.url, auth, random: () => 0, onError: () => {} });
  const reasons: string[] = [];
  client.$connection.subscribe((status) => status.state === "waiting" && reasons.push(status.reason));
  expect(await client.whoami()).toBe("stale");
  await until(() => asked === 3 && client.$connection.status.state === "ready", "the new connection");
  expect(await client.whoami()).toBe("fresh");
  expect(reasons).toEqual(["credentials expired"]);
  expect(server.connections.size).toBe(1);
  client.$connection.close();
});

test("H22: credentials of somebody else end the session", async () => {
  let asked = 0;
  await using server = await serve(router, {
    context: ({ auth }) => ({ user: String(auth) }),
    identity: ({ user }) => user,
    expiresAt: ({ user }) => (user === "ada" ? Date.now() + 800 : undefined),
  });
  const client = createClient(contract, { url: server.url, auth: () => (++asked === 1 ? "ada" : "mallory") });
  expect(await client.whoami()).toBe("ada");
  await until(() => client.$connection.status.state === "stopped", "the end");
  expect(client.$connection.status).toMatchObject({ code: "PERMISSION_DENIED" });
  expect(server.connections.size).toBe(0);
  client.$connection.close();
});

test("H20: a revoked identity is cut off at once, and nobody else", async () => {
  await using server = await open();
  const [ada, grace] = ["ada", "grace"].map((user) => createClient(contract, { url: server.url, auth: () => user }));
  expect([await ada?.whoami(), await grace?.whoami()]).toEqual(["ada", "grace"]);
  expect(server.revoke("ada")).toBe(1);
  await until(() => ada?.$connection.status.state === "stopped", "the end");
  await expect(ada?.whoami()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await grace?.whoami()).toBe("grace");
  for (const client of [ada, grace]) client?.$connection.close();
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
  expect(server.connections.size).toBe(2);
  client.$connection.close();
});

test("what the context hook says of a refusal reaches the client's program, and its calls", async () => {
  const message = "this account is closed; write to help@example.com";
  await using server = await serve(router, {
    context: () => {
      throw new RpcError("PERMISSION_DENIED", { message });
    },
  });
  const client = createClient(contract, { url: server.url });
  const failure = { code: "PERMISSION_DENIED", message: `the connection has stopped: ${message}` };
  await expect(client.whoami()).rejects.toMatchObject(failure);
  expect(client.$connection.status).toEqual({ state: "stopped", code: "PERMISSION_DENIED", reason: message });
  client.$connection.close();
});

test("what is said of credentials that are not renewed reaches it too", async () => {
  let asked = 0;
  await using server = await serve(router, {
    context: ({ auth }) => {
      if (auth !== 1) throw new RpcError("UNAUTHENTICATED", { message: "signed out elsewhere" });
      return { user: "ada" };
    },
    expiresAt: () => Date.now() + 100,
  });
  const client = createClient(contract, { url: server.url, auth: () => ++asked });
  expect(await client.whoami()).toBe("ada");
  await until(() => client.$connection.status.state === "stopped", "the end");
  expect(client.$connection.status).toMatchObject({ code: "UNAUTHENTICATED", reason: "signed out elsewhere" });
  client.$connection.close();
});

test("a context hook that fails tells the client nothing of it", async () => {
  const failures: FailureReport[] = [];
  await using server = await serve(router, {
    context: () => {
      throw new Error("canary");
    },
    onError: (failure) => void failures.push(failure),
  });
  const client = createClient(contract, { url: server.url, onOutage: () => {} });
  client.$connection.reconnect();
  await until(() => client.$connection.status.state === "waiting", "the refusal");
  expect(client.$connection.status).toMatchObject({ reason: "server cannot take this client now" });
  expect(failures).toEqual([{ error: new Error("canary") }]);
  client.$connection.close();
});

test("a context hook that throws a code which refuses nobody is reported at once, with those that do; the client tries again", async () => {
  const failures: FailureReport[] = [];
  const error = new RpcError("UNAUTHORIZED", { message: "canary" });
  await using server = await serve(router, {
    context: () => {
      throw error;
    },
    onError: (failure) => void failures.push(failure),
  });
  const client = createClient(contract, { url: server.url, onOutage: () => {} });
  client.$connection.reconnect();
  await until(() => client.$connection.status.state === "waiting", "the refusal");
  expect(client.$connection.status).toMatchObject({ reason: "server cannot take this client now" });
  expect(failures).toEqual([{ error, reason: expect.stringMatching(/UNAUTHENTICATED.* not with UNAUTHORIZED/) }]);
  client.$connection.close();
});

/** The code that docs/authentication.md quotes, and each line of its tables. */
import { createClient, safe } from "@trunkline/client";
import { implement, RpcError, serve } from "@trunkline/server";
import { expect, test, vi } from "vitest";
import WebSocket from "ws";
import { connect } from "./client.js";
import { account } from "./contract.js";
import { byCookie } from "./cookies.js";
import { open } from "./server.js";
import { issue, type Ticket, withdraw } from "./tickets.js";

test("a guest may do what guests may, signs in without a new page, and is signed out", async () => {
  await using server = await open();
  let token: string | undefined;
  const lines: string[] = [];
  await using client = connect(
    server.url,
    () => token,
    (line) => lines.push(line),
  );
  expect(await client.motto()).toBe("many calls, one line");
  const refused = await safe(client.me());
  expect(refused).toMatchObject({ ok: false, error: { code: "UNAUTHENTICATED", outcome: "answered" } });
  expect(client.$connection.status.state).toBe("ready");

  token = issue("ada");
  client.$connection.reconnect();
  expect(await client.me()).toBe("ada");

  withdraw(token);
  expect(server.revoke("ada")).toBe(1);
  await vi.waitUntil(() => lines.length > 0);
  expect(lines).toEqual(["please sign in"]);
  expect(await safe(client.me())).toMatchObject({ error: { code: "UNAUTHENTICATED", outcome: "not-sent" } });

  token = issue("ada");
  client.$connection.reconnect();
  expect(await client.me()).toBe("ada");
});

test("tokens are renewed over the open socket, and nobody notices", async () => {
  await using server = await open();
  let issued = 0;
  const lines: string[] = [];
  await using client = connect(
    server.url,
    () => {
      issued++;
      return issue("ada", 400);
    },
    (line) => lines.push(line),
  );
  expect(await client.me()).toBe("ada");
  await vi.waitUntil(() => issued > 3, { timeout: 10_000 });
  expect(await client.me()).toBe("ada");
  expect(lines).toEqual([]);
});

/** What a client sees where the context hook says this of whoever comes. */
async function judged(context: () => Promise<object>) {
  const heard: unknown[] = [];
  const router = implement(account).router({ motto: () => "", me: () => "", news: async function* () {} });
  await using server = await serve(router, {
    context,
    limits: { contextMs: 50 },
    onError: ({ error }) => heard.push(error),
  });
  await using client = createClient(account, { url: server.url, timeoutMs: 2_000 });
  const called = safe(client.motto());
  await vi.waitUntil(() => ["waiting", "stopped"].includes(client.$connection.status.state));
  const { status } = client.$connection;
  if (status.state === "waiting") client.$connection.close();
  return { state: status.state, error: (await called) as { error: RpcError }, heard: heard.length };
}

test.each(["UNAUTHENTICATED", "PERMISSION_DENIED"] as const)("a context hook that says %s is final", async (code) => {
  const { state, error, heard } = await judged(() => Promise.reject(new RpcError(code)));
  expect({ state, heard }).toEqual({ state: "stopped", heard: 0 });
  expect(error).toMatchObject({ error: { code, outcome: "not-sent", retryable: false } });
});

test.each([
  ["says UNAVAILABLE", () => Promise.reject(new RpcError("UNAVAILABLE")), 0],
  ["says RESOURCE_EXHAUSTED", () => Promise.reject(new RpcError("RESOURCE_EXHAUSTED")), 0],
  ["throws anything else", () => Promise.reject(new Error("the database is away")), 1],
  ["takes too long", () => new Promise<object>((resolve) => setTimeout(resolve, 200, {})), 0],
] as const)("after a context hook that %s the client comes back", async (_, context, told) => {
  const { state, heard } = await judged(context);
  expect({ state, heard }).toEqual({ state: "waiting", heard: told });
});

test("a cookie says who it is", async () => {
  const app = implement(account).context<{ readonly ticket: Ticket }>();
  const router = app.router({ motto: () => "", me: ({ context }) => context.ticket.user, news: async function* () {} });
  await using server = await serve(router, { context: byCookie });
  class Browser extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, { headers: { cookie: `theme=dark; session=${issue("ada")}` } });
    }
  }
  await using client = createClient(account, { url: server.url, WebSocket: Browser });
  expect(await client.me()).toBe("ada");
  await using stranger = createClient(account, { url: server.url });
  expect(await safe(stranger.me())).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
});

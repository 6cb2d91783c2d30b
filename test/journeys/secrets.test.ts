import { createClient, safe } from "@trunkline/client";
import { expect, test } from "vitest";
import WebSocket from "ws";
import { contract, openExchange } from "./exchange.js";

/** A WebSocket that keeps all it was sent. */
function overhear(): { readonly heard: string[]; readonly Spy: typeof WebSocket } {
  const heard: string[] = [];
  class Spy extends WebSocket {
    override emit(name: string | symbol, ...args: unknown[]): boolean {
      if (name === "message") heard.push(String(args[0]));
      return super.emit(name, ...args);
    }
  }
  return { heard, Spy };
}

test("E1: what a handler throws never reaches the wire, and reaches onError whole", async () => {
  await using exchange = await openExchange();
  const { heard, Spy } = overhear();
  const client = createClient(contract, { url: exchange.server.url, WebSocket: Spy as never });
  const result = await safe(client.secret());
  if (result.ok) throw new Error("expected a failure");
  expect(result.error).toMatchObject({ code: "INTERNAL", message: "the server failed", data: undefined });
  expect(heard.join("")).toContain("INTERNAL");
  expect(heard.join("")).not.toContain("hunter2");
  const [failure] = exchange.ledger.failures;
  expect(String(failure?.error)).toContain("hunter2");
  expect(failure).toMatchObject({ path: "secret", errorId: result.error.errorId });
  client.$connection.close();
});

test("E4: an invalid input is answered with its path and its rule, never its value", async () => {
  await using exchange = await openExchange();
  const { heard, Spy } = overhear();
  const client = createClient(contract, { url: exchange.server.url, WebSocket: Spy as never });
  const secret = { token: 4711_4711, amount: 0 } as never;
  const result = await safe(client.orders.place(secret));
  expect(result).toMatchObject({ ok: false, error: { code: "INVALID_ARGUMENT" } });
  const told = heard.join("");
  expect(told).toContain("invalid_type (expected string)");
  expect(told).toContain("too_small (minimum 1)");
  expect(told).not.toContain("47114711");
  expect(exchange.ledger.started).toEqual([]);
  client.$connection.close();
});

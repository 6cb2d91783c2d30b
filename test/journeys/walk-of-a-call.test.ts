/**
 * The walk of a call, file by file: one file a step, and the same files carry the answer back. The steps are not
 * told by the code under test: while one call travels, built-ins that the steps use note who called them.
 */
import { createClient } from "@trunkline/client";
import { defineContract, query } from "@trunkline/core";
import { implement, serve } from "@trunkline/server";
import { expect, test } from "vitest";
import WebSocket from "ws";
import { z } from "zod";

const contract = defineContract({ greet: query({ input: z.object({ name: z.string() }), output: z.string() }) });
let atHandler = () => {};
const router = implement(contract).router({
  greet: ({ input }) => {
    atHandler();
    return `hello ${input.name}`;
  },
});

test("a call walks through one file a step, and its answer through the same files", async () => {
  await using server = await serve(router, { port: 0 });
  const client = createClient(contract, { url: server.url, interceptors: [(call, next) => next(call)] });
  await client.greet({ name: "once, so that there is a connection" });
  const walk = new Walk();
  atHandler = () => walk.step("handler");
  const answer = await walk.watch(() => client.greet({ name: "Ada" }, { signal: new AbortController().signal }));
  client.$connection.close();
  expect(answer).toBe("hello Ada");
  expect(walk.legs).toEqual([
    [
      "core/call/contract-calls",
      "core/compose",
      "core/call/dispatch",
      "core/protocol/value",
      "core/runtime/outgoing",
      "client/queries",
      "client/shared-query",
      "client/connection",
      "client/peers",
      "core/runtime/peer",
      "core/machine/conversation",
      "core/machine/outgoing-calls",
      "core/machine/session",
      "core/machine/scheduler",
      "core/machine/fifo",
      "core/runtime/hands",
      "core/machine/outbox",
      "core/runtime/line",
      "client/websocket-transport",
    ],
    [
      "server/adapters/ws-transport",
      "core/runtime/line",
      "core/runtime/peer",
      "core/machine/conversation",
      "core/protocol/parse",
      "core/protocol/parse-array",
      "core/machine/incoming-calls",
      "core/machine/incoming-slots",
      "core/runtime/hands",
      "core/runtime/incoming",
      "server/handlers",
      "core/answer/answer",
      "handler",
      "core/runtime/conversion",
      "core/protocol/value",
      "core/machine/answer-frames",
      "core/machine/session",
      "core/machine/scheduler",
      "core/machine/fifo",
      "core/machine/outbox",
      "server/adapters/socket-writer",
    ],
    [
      "client/websocket-transport",
      "core/runtime/line",
      "core/runtime/peer",
      "core/machine/conversation",
      "core/protocol/parse",
      "core/protocol/parse-array",
      "core/machine/outgoing-calls",
      "core/runtime/hands",
      "client/shared-query",
      "client/queries",
      "core/runtime/outgoing",
    ],
  ]);
});

/** Notes which files of the product are at work, in the order in which each is first met on a leg of the way. */
class Walk {
  readonly legs: string[][] = [[]];
  #noting = false;

  /** Notes one step by name. */
  step(file: string): void {
    const leg = this.legs.at(-1)!;
    if (!leg.includes(file)) leg.push(file);
  }

  async watch<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const undo = [
      this.#spy(JSON, "stringify"),
      this.#spy(JSON, "parse"),
      this.#spy(Array.prototype, "push"),
      this.#spy(Map.prototype, "set"),
      this.#spy(Map.prototype, "get"),
      this.#spy(Map.prototype, "delete"),
      this.#spy(EventTarget.prototype, "removeEventListener"),
      // A socket is where one leg ends and the next begins.
      this.#spy(WebSocket.prototype, "send", () => this.legs.push([])),
    ];
    try {
      return await call();
    } finally {
      for (const restore of undo) restore();
    }
  }

  #spy(target: object, name: string, after: () => void = () => {}): () => void {
    const original = Reflect.get(target, name) as (...args: unknown[]) => unknown;
    const watched = (object: unknown, args: unknown[]) =>
      this.#note(() => Reflect.apply(original, object, args), after);
    Reflect.set(target, name, function spied(this: unknown, ...args: unknown[]) {
      return watched(this, args);
    });
    return () => void Reflect.set(target, name, original);
  }

  #note(original: () => unknown, after: () => void): unknown {
    // Noting uses the same built-ins, and so does what a built-in does inside.
    if (this.#noting) return original();
    this.#noting = true;
    for (const file of filesOnStack()) this.step(file);
    try {
      return original();
    } finally {
      after();
      this.#noting = false;
    }
  }
}

/** The product's files on the current stack, outermost first. */
function filesOnStack(): string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = before;
  const files = [...stack.matchAll(/packages\/(\w+)\/src\/([\w/-]+)\.ts/g)];
  return files.map(([, name, file]) => `${name}/${file}`).reverse();
}

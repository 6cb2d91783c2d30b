/** What an editor does with a call: the way from there leads to the contract, and not into our types. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Editor, open } from "./editor.js";

const files = {
  "contract.ts": `
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";
export const chat = defineContract({
  greet: query({ input: z.object({ name: z.string() }), output: z.string() }),
  rooms: {
    send: mutation({ input: z.string(), output: z.string(), errors: { ROOM_FULL: z.object({ capacity: z.number() }) } }),
    messages: subscription({ event: z.string() }),
  },
});
`,
  "client.ts": `
import { createClient } from "@trunkline/client";
import { chat } from "./contract.js";
const client = createClient(chat, { url: "ws://localhost" });
void client.greet({ name: "Ada" });
void client.rooms.send("hello");
void client.rooms.messages();
`,
  "server.ts": `
import { type Connection, implement } from "@trunkline/server";
import { chat } from "./contract.js";
export const ask = (connection: Connection) => connection.client(chat).rooms.send("who?");
export const router = implement(chat).router({
  greet: ({ input }) => input.name,
  rooms: { send: ({ errors }) => { throw errors.ROOM_FULL({ capacity: 1 }); }, messages: async function* () {} },
});
`,
};

let editor: Editor;
beforeAll(() => {
  editor = open(files);
  // The first question has the compiler read all there is.
  editor.definitionsOf("client.ts", "client.greet");
}, 300_000);
afterAll(() => editor[Symbol.dispose]());

it.each([
  ["a query of a client", "client.ts", "client.greet", /^contract\.ts: greet: query\(/],
  ["a group of a client", "client.ts", "client.rooms", /^contract\.ts: rooms: \{/],
  ["a mutation in a group", "client.ts", "client.rooms.send", /^contract\.ts: send: mutation\(/],
  ["a subscription", "client.ts", "client.rooms.messages", /^contract\.ts: messages: subscription\(/],
  ["a field of an input", "client.ts", "client.greet({ name", /^contract\.ts: greet: query\(/],
  [
    "a call of a server to its client",
    "server.ts",
    "connection.client(chat).rooms.send",
    /^contract\.ts: send: mutation\(/,
  ],
  ["a handler", "server.ts", "  greet", /^contract\.ts: greet: query\(/],
  ["a field that a handler reads", "server.ts", "input.name", /^contract\.ts: greet: query\(/],
  ["an error that a handler throws", "server.ts", "errors.ROOM_FULL", /^contract\.ts: send: mutation\(/],
])("%s is defined in the contract", (_what, file, place, expected) => {
  expect(editor.definitionsOf(file, place)).toEqual([expect.stringMatching(expected)]);
});

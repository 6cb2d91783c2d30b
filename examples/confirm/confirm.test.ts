/** The server, asked by a client that answers as a page would. */
import { createClient, implement } from "@trunkline/client";
import { afterEach, expect, test } from "vitest";
import { drawer, person } from "./contract.js";
import { openDrawer } from "./server.js";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

/** A drawer with two files, and somebody who answers. */
async function visit(answer: (question: string) => boolean) {
  const files = new Set(["letters", "list"]);
  const kept: string[] = [];
  const server = await openDrawer({ files, port: 0, page: undefined, kept: (why) => kept.push(why) });
  const router = implement(person).router({ confirm: ({ input }) => answer(input.question) });
  const client = createClient(drawer, { url: server.url, serve: router });
  open.push(server, client);
  return { client, kept, server };
}

test("a file is removed when its owner says yes", async () => {
  const asked: string[] = [];
  const { client } = await visit((question) => asked.push(question) > 0);
  expect(await client.remove({ name: "letters" })).toEqual({ removed: true });
  expect(asked).toEqual(["Remove letters?"]);
  expect(await client.list()).toEqual(["list"]);
});

test("a file stays when its owner says no", async () => {
  const { client, kept } = await visit(() => false);
  expect(await client.remove({ name: "letters" })).toEqual({ removed: false });
  expect(await client.list()).toEqual(["letters", "list"]);
  expect(kept).toEqual([]);
});

test("a file stays when its owner cannot be asked", async () => {
  const { kept, server } = await visit(() => true);
  const mute = createClient(drawer, { url: server.url });
  open.push(mute);
  expect(await mute.remove({ name: "letters" })).toEqual({ removed: false });
  expect(kept).toEqual(["letters: UNIMPLEMENTED, not-sent"]);
});

/** The shelf over sockets that are cut, with a client in this process. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chunks, createClient, safe } from "@trunkline/client";
import { serve } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { files } from "./contract.js";
import { shelf } from "./shelf.js";

const content = randomBytes(3_000_000);
const sha256 = createHash("sha256").update(content).digest("hex");
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trunkline-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function open(mostBytes?: number) {
  const server = await serve(shelf(folder, mostBytes), { port: 0 });
  const line = await openFaultProxy(server.port);
  const client = createClient(files, { url: `ws://127.0.0.1:${line.port}`, random: () => 0 });
  const dispose = async () => {
    for (const each of [client, line, server]) await each[Symbol.asyncDispose]();
  };
  return { client, line, [Symbol.asyncDispose]: dispose };
}

test("a file goes up and comes down as it was, though the line is cut", { timeout: 30_000 }, async () => {
  await using shelf = await open();
  const told: number[] = [];
  const upstream = chunks(new Blob([content]), {
    onProgress: ({ bytes, totalBytes }) => {
      if (told.push(bytes / totalBytes!) % 20 === 0) shelf.line.cut();
    },
  });
  const stored = await shelf.client.upload({ name: "noise" }, { upstream });
  expect(stored).toMatchObject({ name: "noise", size: content.length, sha256 });
  expect(told.at(-1)).toBe(1);

  const hash = createHash("sha256");
  let parts = 0;
  for await (const part of shelf.client.download({ id: stored.id })) {
    hash.update(part);
    if (++parts % 20 === 0) shelf.line.cut();
  }
  expect(hash.digest("hex")).toBe(sha256);
});

test("a file that is cancelled leaves nothing behind", { timeout: 30_000 }, async () => {
  await using shelf = await open();
  const controller = new AbortController();
  const upstream = chunks(content, { onProgress: ({ bytes }) => bytes > 500_000 && controller.abort() });
  const stored = await safe(shelf.client.upload({ name: "noise" }, { upstream, signal: controller.signal }));
  expect(stored).toMatchObject({ ok: false, error: { code: "CANCELLED" } });
  await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), { timeout: 10_000 });
  expect(await shelf.client.list()).toEqual([]);
});

test("a file that is too large is refused before all of it has gone", { timeout: 30_000 }, async () => {
  await using shelf = await open(1_000_000);
  let gone = 0;
  const upstream = chunks(content, {
    onProgress({ bytes }) {
      gone = bytes;
    },
  });
  const stored = await safe(shelf.client.upload({ name: "noise" }, { upstream }));
  expect(stored).toMatchObject({ ok: false, error: { code: "TOO_LARGE", data: { mostBytes: 1_000_000 } } });
  expect(gone).toBeLessThan(content.length);
  await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), { timeout: 10_000 });
});

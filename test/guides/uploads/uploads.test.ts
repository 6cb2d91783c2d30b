/** The code that docs/uploads.md quotes, over a socket that is cut. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@trunkline/client";
import { serve } from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { expect, test } from "vitest";
import { send } from "./client.js";
import { files } from "./contract.js";
import { storing } from "./server.js";

test("a file arrives as it was, and its bar is full", { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "trunkline-uploads-"));
  await using server = await serve(storing(folder), {});
  await using line = await openFaultProxy(server.port);
  await using client = createClient(files, { url: `ws://127.0.0.1:${line.port}`, random: () => 0 });

  const content = randomBytes(1_000_000);
  const shown: number[] = [];
  const bar = {
    set value(part: number) {
      if (shown.push(part) === 5) line.cut();
    },
  } as HTMLProgressElement;
  const file = new File([content], "noise");
  const { sha256 } = await send(client, file, bar, new AbortController().signal);
  expect(sha256).toBe(createHash("sha256").update(content).digest("hex"));
  expect(Buffer.compare(await readFile(join(folder, "noise")), content)).toBe(0);
  expect(shown.at(-1)).toBe(1);
  await rm(folder, { recursive: true });
});

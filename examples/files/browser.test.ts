/** The page in Chromium, built here from the sources: a file goes up, and the same bytes come down. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ListeningServer, serve } from "@trunkline/server";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shelf } from "./shelf.js";
import { staticPage } from "./static-page.js";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const skips = !existsSync(CHROMIUM) && !process.env.CI;
const skipped = skips ? ` (skipped: no Chromium at ${CHROMIUM})` : "";
if (skips) console.warn(`examples/files${skipped}`);

describe.skipIf(skips)(`a page with a shelf${skipped}`, { timeout: 30_000 }, () => {
  let folder: string;
  let server: ListeningServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trunkline-files-"));
    const dist = join(folder, "dist");
    await build({ configFile: fileURLToPath(new URL("vite.config.ts", import.meta.url)), build: { outDir: dist } });
    server = await serve(shelf(folder, 5_000_000), { port: 0, path: "/rpc", onRequest: await staticPage(dist) });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true });
  });

  async function upload(name: string, buffer: Buffer): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.getByLabel("Put a file on it").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    return page;
  }

  it("sends a file, and gets it back", async () => {
    const content = randomBytes(2_000_000);
    const page = await upload("noise.bin", content);
    await page.getByText("noise.bin is on the shelf").waitFor();
    await page.getByText(createHash("sha256").update(content).digest("hex")).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download noise.bin" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("noise.bin");
    expect(Buffer.compare(await readFile(await download.path()), content)).toBe(0);
    await page.close();
  });

  it("shows how far it is", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(globalThis, { seen });
      const bar = document.querySelector("progress")!;
      new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributes: true });
    });
    const file = { name: "zeros.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(3_000_000) };
    await page.getByLabel("Put a file on it").setInputFiles(file);
    await page.getByText("zeros.bin is on the shelf").waitFor();
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    await page.close();
  });

  it("is told of a file that is too large", async () => {
    const page = await upload("huge.bin", Buffer.alloc(6_000_000));
    await page.getByText("huge.bin is larger than 5000000 bytes").waitFor();
    await page.close();
  });
});

/** The page in Chromium, built here from the sources: the server asks it, and it is closed while it is asked. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ListeningServer } from "@trunkline/server";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openDrawer } from "./server.js";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const skips = !existsSync(CHROMIUM) && !process.env.CI;
const skipped = skips ? ` (skipped: no Chromium at ${CHROMIUM})` : "";
if (skips) console.warn(`examples/confirm${skipped}`);
const SOON = { timeout: 5_000, interval: 25 };

describe.skipIf(skips)(`a page that is asked${skipped}`, { timeout: 20_000 }, () => {
  let folder: string;
  let server: ListeningServer;
  let browser: Browser;
  const files = new Set<string>();
  const kept: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trunkline-confirm-"));
    await build({
      configFile: fileURLToPath(new URL("vite.config.ts", import.meta.url)),
      build: { outDir: folder },
    });
    server = await openDrawer({
      files,
      port: 0,
      page: folder,
      limits: { resumeMs: 300 },
      kept: (why) => void kept.push(why),
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 30_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true });
  });

  beforeEach(() => {
    files.clear();
    files.add("letters").add("list");
    kept.length = 0;
  });

  /** A page that has asked for the first file to be removed, and is asked itself. */
  async function asked(): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.getByRole("button", { name: "Remove" }).first().click();
    await page.getByText("Remove letters?").waitFor();
    return page;
  }

  it("says yes, and the file is gone", async () => {
    const page = await asked();
    await page.getByRole("button", { name: "Yes" }).click();
    await vi.waitFor(async () => expect(await page.getByRole("listitem").count()).toBe(1), SOON);
    expect([...files]).toEqual(["list"]);
    await page.close();
  });

  it("says no, and the file stays", async () => {
    const page = await asked();
    await page.getByRole("button", { name: "No", exact: true }).click();
    await page.getByText("Remove letters?").waitFor({ state: "hidden" });
    expect([...files]).toContain("letters");
    expect(kept).toEqual([]);
    await page.close();
  });

  it("is closed while it is asked: the handler gets UNAVAILABLE, unknown, and the file stays", async () => {
    const page = await asked();
    await page.close();
    await vi.waitFor(() => expect(kept).toEqual(["letters: UNAVAILABLE, unknown"]), SOON);
    expect([...files]).toContain("letters");
  });
});

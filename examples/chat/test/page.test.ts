/** The page in a real browser, built here from the sources and served by the real server. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type ChatServer, startChat } from "../src/server/chat-server.js";
import { staticPage } from "../src/server/static-page.js";
import config from "../vite.config.js";
import { CuttableLine } from "./cuttable-line.js";
import { visitor } from "./visitor.js";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const DESKTOP = { width: 1100, height: 700 };
const PHONE = { width: 360, height: 640 };

const isMissing = !existsSync(CHROMIUM);
const skipped = `skipped: no Chromium at ${CHROMIUM}`;
// On a machine that must have one, its absence fails the tests.
const skips = isMissing && !process.env.CI;
if (skips) console.warn(`examples/chat, the page in a browser: ${skipped}`);

describe.skipIf(skips)(`the page in a browser${skips ? ` (${skipped})` : ""}`, { timeout: 20_000 }, () => {
  let folder: string;
  let bundled: string[];
  let chat: ChatServer;
  let line: CuttableLine;
  let browser: Browser;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trunkline-chat-"));
    const options = { ...config.build, outDir: folder };
    const built = (await build({ ...config, configFile: false, build: options })) as Rolldown.RolldownOutput;
    bundled = built.output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
    chat = await startChat({ port: 0, page: await staticPage(folder) });
    line = await CuttableLine.to(chat.port);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 30_000);

  afterAll(async () => {
    await browser?.close();
    await line?.[Symbol.asyncDispose]();
    await chat?.drain();
    await rm(folder, { recursive: true });
  });

  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  /** A browser of one's own, in which this person has come into the lobby. */
  async function person(name: string, viewport = DESKTOP): Promise<Page> {
    const page = await (await browser.newContext({ viewport })).newPage();
    page.setDefaultTimeout(8_000);
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(line.url);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Come in" }).click();
    await state(page, "ready");
    await page.getByRole("heading", { name: "Lobby" }).waitFor();
    return page;
  }

  const state = (page: Page, name: string) => page.locator(`#connection[data-state="${name}"]`).waitFor();
  const say = async (page: Page, text: string) => {
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.keyboard.press("Enter");
  };
  const said = (page: Page) => page.locator(".message:not(.unsent) .text").allTextContents();
  const hears = (page: Page, texts: readonly string[]) =>
    vi.waitFor(async () => expect((await said(page)).slice(-texts.length)).toEqual(texts), { timeout: 8_000 });
  const isTooWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

  it("lets two people talk, and each sees that the other types", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    await ada.getByLabel("Message", { exact: true }).pressSequentially("Hi B");
    await bob.getByText("Ada is typing…").waitFor();
    await say(ada, "Hi Bob");
    await hears(bob, ["Hi Bob"]);
    await say(bob, "<img src=x onerror=alert(1)> & <b>not bold</b>");
    await hears(ada, ["Hi Bob", "<img src=x onerror=alert(1)> & <b>not bold</b>"]);
    expect(await ada.locator("#messages :is(img, b)").count()).toBe(0);
    expect(await bob.locator("#typing").textContent()).toBe("");
    expect(await ada.getByRole("region", { name: "People" }).getByText("Bob").count()).toBe(1);
    expect(await ada.locator("#connection-phrase").textContent()).toBe("Connected");
    await ada.reload();
    await hears(ada, ["Hi Bob", "<img src=x onerror=alert(1)> & <b>not bold</b>"]);
  });

  it("shows that the line is cut, comes back by the button, and has missed nothing", async () => {
    const [cyd, dan] = await Promise.all([person("Cyd", PHONE), person("Dan")]);
    await using eve = visitor(chat.rpcUrl, "Eve");
    await say(cyd, "before");
    await hears(dan, ["before"]);
    await line.cut();
    await cyd.getByText(/Disconnected\. Next try in \d+ s/).waitFor();
    expect(await isTooWide(cyd)).toBe(false);
    await say(cyd, "from the dark");
    await cyd.getByText("sending…").waitFor();
    const dark = Array.from({ length: 6 }, (_, index) => `said in the dark ${index}`);
    for (const text of dark) await eve.say("lobby", text);
    await line.mend();
    for (const page of [cyd, dan]) {
      // It may have come back by itself in this very moment.
      await page
        .getByRole("button", { name: "Reconnect now" })
        .click({ timeout: 500 })
        .catch(() => {});
      await state(page, "ready");
      await hears(page, ["before", ...dark, "from the dark"]);
    }
  });

  it("says in a sentence what went wrong, and tries again", async () => {
    const fay = await person("Fay");
    const tooFast = fay.getByText("That was too fast.");
    const texts: string[] = [];
    while ((await tooFast.count()) === 0) {
      texts.push(`quick ${texts.length}`);
      await say(fay, texts.at(-1)!);
      expect(texts.length).toBeLessThan(60);
    }
    await vi.waitFor(async () => {
      await fay
        .getByRole("button", { name: "Try again" })
        .first()
        .click({ timeout: 500 })
        .catch(() => {});
      expect((await said(fay)).filter((text) => text.startsWith("quick")).sort()).toEqual([...texts].sort());
    }, 10_000);
    await using gus = visitor(chat.rpcUrl, "Gus");
    await using hal = visitor(chat.rpcUrl, "Hal");
    for (const visiting of [gus, hal]) {
      visiting.enter("booth");
      await visiting.say("booth", "mine");
    }
    await fay.getByRole("button", { name: "Phone booth" }).click();
    await fay.getByText("This room holds 2 people and is full.").waitFor();
  });

  it("asks for another name when the server refuses one", async () => {
    const ida = await (await browser.newContext({ viewport: PHONE })).newPage();
    await ida.goto(line.url);
    await ida.getByText("Not connected yet").waitFor();
    await ida.getByLabel("Your name").fill("Ida");
    await ida.keyboard.press("Enter");
    await ida.getByText("Somebody else may have it.").first().waitFor();
    await state(ida, "stopped");
    expect(await isTooWide(ida)).toBe(false);
    await ida.getByLabel("Your name").fill("Ines");
    await ida.keyboard.press("Enter");
    await state(ida, "ready");
    await say(ida, "Ines it is");
    await hears(ida, ["Ines it is"]);
  });

  it("shows 200 kB with emoji whole, on 360 pixels", async () => {
    const jan = await person("Jan", PHONE);
    await using kim = visitor(chat.rpcUrl, "Kim");
    const text = `${"Ünïcode, and a lot of it. ".repeat(40)}🚇👩‍🚀\n`.repeat(190);
    expect(Buffer.byteLength(text)).toBeGreaterThan(200_000);
    await kim.say("lobby", text);
    await vi.waitFor(async () => expect((await said(jan)).at(-1) === text).toBe(true), 8_000);
    expect(await isTooWide(jan)).toBe(false);
    await say(jan, "x".repeat(500));
    await hears(jan, ["x".repeat(500)]);
    expect(await isTooWide(jan)).toBe(false);
  });

  it("uses the browser's own WebSocket, and nothing was thrown", async () => {
    const page = await (await browser.newContext()).newPage();
    const opened = page.waitForEvent("websocket");
    await page.goto(line.url);
    await page.keyboard.press("Enter");
    expect((await opened).url()).toBe(line.rpcUrl);
    expect(bundled.filter((id) => id.includes("/node_modules/ws/"))).toEqual([]);
    expect(bundled.some((id) => id.includes("packages/client/src/"))).toBe(true);
    // Its contract is stripped.
    expect(bundled.filter((id) => id.includes("/node_modules/zod/"))).toEqual([]);
    expect(faults).toEqual([]);
  });
});

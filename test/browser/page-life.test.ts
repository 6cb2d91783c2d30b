/** The client in real pages, with the browser's own WebSocket, and what becomes of it in a page's life. */
import type { CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type OpenChromium, openChromium, skipped } from "./chromium.js";
import type {} from "./page/main.js";
import { openSite, type Site } from "./site.js";

/** Beyond what the page bears: 400 ms between the server's beats, and 1 s of grace. */
const LONG_MS = 1_800;
const RESUME_MS = 2_000;
/** Far below the 10 s after which the page would come back by itself. */
const SOON = { timeout: 5_000, interval: 25 };

if (skipped) console.warn(`test/browser, the life of a page: ${skipped}`);

describe.skipIf(skipped)(`the life of a page${skipped ? ` (${skipped})` : ""}`, { timeout: 15_000 }, () => {
  let site: Site;
  let chromium: OpenChromium;
  const faults: string[] = [];

  beforeAll(async () => {
    site = await openSite({ heartbeatMs: 400, resumeMs: RESUME_MS, reconnectSpreadMs: 20_000 });
    chromium = await openChromium();
  }, 30_000);

  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    // With the first, blank one the window would close, and the next tabs would each have one of their own.
    await Promise.all(chromium.context.pages().map((page, index) => index > 0 && page.close()));
    expect(faults).toEqual([]);
  });

  /** A tab of its own, connected, with a call that waits for its answer. */
  async function tab(call: string): Promise<{ page: Page; cdp: CDPSession; session: string }> {
    const page = await chromium.context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(site.url);
    const session = await page.evaluate(() => trunk.session());
    await page.evaluate((text) => trunk.hold(text), call);
    await vi.waitFor(() => expect(site.seen.held).toContain(call), SOON);
    return { page, cdp: await chromium.context.newCDPSession(page), session };
  }

  const statesOf = (page: Page) => page.evaluate(() => trunk.states);
  const reaches = (page: Page, states: readonly string[]) =>
    vi.waitFor(async () => expect(await statesOf(page)).toEqual(states), SOON);
  const becomes = (page: Page, state: DocumentVisibilityState) =>
    vi.waitFor(async () => expect(await page.evaluate(() => document.visibilityState)).toBe(state), SOON);
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** It has the session it had, and its call is answered, which ran once. */
  async function goesOn({ page, session }: { page: Page; session: string }, call: string): Promise<void> {
    site.seen.release(call);
    await vi.waitFor(
      async () => expect(await page.evaluate(() => trunk.outcomes)).toEqual([`${call}, answered`]),
      SOON,
    );
    expect(await page.evaluate(() => trunk.session())).toBe(session);
    expect(site.seen.held.filter((held) => held === call)).toHaveLength(1);
  }

  async function setOffline(cdp: CDPSession, offline: boolean): Promise<void> {
    await cdp.send("Network.emulateNetworkConditions", {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  }

  it("N10: comes back within a second of being online, to the session it had", async () => {
    const one = await tab("offline");
    await setOffline(one.cdp, true);
    site.line.cut();
    await reaches(one.page, ["connecting", "ready", "waiting"]);
    await setOffline(one.cdp, false);
    await reaches(one.page, ["connecting", "ready", "waiting", "waiting", "connecting", "ready"]);
    await goesOn(one, "offline");
  });

  it("N10: does not trust a socket that says nothing of a change of network", async () => {
    const one = await tab("another network");
    await setOffline(one.cdp, true);
    site.line.cut("silence");
    await setOffline(one.cdp, false);
    await reaches(one.page, ["connecting", "ready", "waiting", "connecting", "ready"]);
    await goesOn(one, "another network");
  });

  it("W1 W3: dials anew, at once, where it was frozen for long, and keeps its socket where it was merely hidden", async () => {
    const [frozen, hidden] = [await tab("frozen"), await tab("hidden")];
    const other = await chromium.context.newPage();
    await other.bringToFront();
    for (const { page } of [frozen, hidden]) await becomes(page, "hidden");
    await frozen.cdp.send("Page.setWebLifecycleState", { state: "frozen" });
    await sleep(LONG_MS);
    await frozen.cdp.send("Page.setWebLifecycleState", { state: "active" });
    await reaches(frozen.page, ["connecting", "ready", "waiting", "connecting", "ready"]);
    await hidden.page.bringToFront();
    await becomes(hidden.page, "visible");
    await goesOn(frozen, "frozen");
    await goesOn(hidden, "hidden");
    expect(await statesOf(hidden.page)).toEqual(["connecting", "ready"]);
  });

  it("W2: is kept in the back/forward cache, and goes on when it comes out", async () => {
    const one = await tab("put by");
    await one.page.goto(`${site.url}/elsewhere`);
    // Nothing is loaded, so there is no load to wait for.
    await one.page.evaluate(() => history.back());
    await vi.waitFor(() => expect(one.page.url()).toBe(`${site.url}/`), SOON);
    // A page that was loaded anew would know of no states before.
    await reaches(one.page, ["connecting", "ready", "idle", "connecting", "ready"]);
    await goesOn(one, "put by");
  });

  it("I12: two tabs have a session each, and one does not notice that the other is closed", async () => {
    const [one, two] = await Promise.all([tab("one"), tab("two")]);
    expect(one.session).not.toBe(two.session);
    await one.page.close();
    await goesOn(two, "two");
    expect(await statesOf(two.page)).toEqual(["connecting", "ready"]);
  });

  it("W12: a page that is closed in the middle of a call ends its session, and the handler hears of it", async () => {
    const { page, session } = await tab("closed");
    const closedAt = performance.now();
    await page.close();
    await vi.waitFor(() => expect(site.seen.aborted).toContain("closed"), SOON);
    expect(performance.now() - closedAt).toBeGreaterThan(RESUME_MS - 100);
    expect(site.seen.disconnected).toContain(session);
    expect(site.server.server.connections.size).toBeLessThan(site.seen.connected.length);
  });

  it("uses the browser's own WebSocket", async () => {
    expect(site.modules.filter((id) => /node_modules\/ws\//.test(id))).toEqual([]);
    expect(site.modules.some((id) => id.includes("packages/client/src/"))).toBe(true);
  });
});

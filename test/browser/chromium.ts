/**
 * A Chromium whose tabs live as a person's do. Driven in the usual way a browser pretends that every tab is visible and
 * keeps no page in the back/forward cache; this one is started alone, and then attached to as it is.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type BrowserContext, chromium } from "playwright-core";

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
  "--remote-debugging-port=0",
];

const why = `skipped: no Chromium at ${CHROMIUM}`;

/** Why the tests in a browser are skipped; undefined where they are not. A machine for CI must have one, and fails. */
export const skipped = existsSync(CHROMIUM) || process.env.CI ? undefined : why;

export interface OpenChromium extends AsyncDisposable {
  readonly context: BrowserContext;
}

export async function openChromium(): Promise<OpenChromium> {
  const profile = await mkdtemp(join(tmpdir(), "trunkline-chromium-"));
  const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await once(child, "spawn");
  const exit = once(child, "exit");
  const browser = await chromium.connectOverCDP(await endpointOf(child.stderr), { noDefaults: true });
  return {
    context: browser.contexts()[0]!,
    [Symbol.asyncDispose]: async () => {
      await (await browser.newBrowserCDPSession()).send("Browser.close").catch(() => {});
      await exit;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** It says on its standard error where it listens. */
async function endpointOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const found = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (found === undefined) continue;
    stderr.resume();
    return found;
  }
  throw new Error("Chromium ended before it listened");
}

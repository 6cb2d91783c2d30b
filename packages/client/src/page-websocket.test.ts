import { readFileSync } from "node:fs";
import type { Transport } from "@trunkline/core";
import { systemClock } from "@trunkline/core/internal";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as browser from "./browser.js";
import * as everywhere from "./index.js";
import type { OpeningFailure, WebSocketConstructor } from "./opening.js";
import { openPageWebSocket } from "./page-websocket.js";

/** A WebSocket as pages have it, which remembers what it was made with. */
class PageSocket {
  static made: PageSocket[] = [];
  readonly given: unknown[];
  readonly protocol = "trunkline.1";
  readonly bufferedAmount = 0;
  binaryType = "blob";
  sent: unknown[] = [];
  onopen: (() => void) | undefined;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;

  constructor(...given: unknown[]) {
    this.given = given;
    PageSocket.made.push(this);
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {}
}

/** Opens one, and keeps what its listener hears. */
function dial(WebSocket?: WebSocketConstructor) {
  const heard: { opened: Transport[]; failed: OpeningFailure[] } = { opened: [], failed: [] };
  const options = { url: "ws://server/rpc", clock: systemClock, messageBytes: 1_024, WebSocket };
  const opening = openPageWebSocket(options, {
    opened: (transport) => heard.opened.push(transport),
    failed: (failure) => heard.failed.push(failure),
  });
  return { ...heard, opening };
}

afterEach(() => {
  PageSocket.made = [];
  vi.unstubAllGlobals();
});

describe("openPageWebSocket", () => {
  it("opens the page's own WebSocket, with what the standard knows", () => {
    vi.stubGlobal("WebSocket", PageSocket);
    const { opened } = dial();
    const [socket] = PageSocket.made;
    expect(socket).toMatchObject({ given: ["ws://server/rpc", "trunkline.1"], binaryType: "arraybuffer" });
    socket?.onopen?.();
    expect(opened[0]?.send("[]")).toBe(true);
    expect(socket?.sent).toEqual(["[]"]);
  });

  it("sends a large message as any other: there is no way past a page's WebSocket", () => {
    const { opened } = dial(PageSocket);
    const [socket] = PageSocket.made;
    socket?.onopen?.();
    const piece = new Uint8Array(70_000);
    opened[0]?.sendPieces?.([piece, piece]);
    expect(socket?.sent).toEqual([expect.objectContaining({ length: 140_000 })]);
  });

  it("fails for good where there is no WebSocket", async () => {
    vi.stubGlobal("WebSocket", undefined);
    const { failed } = dial();
    await vi.waitFor(() => expect(failed).toEqual([{ reason: expect.any(String), fatal: true }]));
  });
});

it("the client for browsers is imported or required as the contract is: they share one core", () => {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { exports } = JSON.parse(manifest) as { exports: { ".": { browser: object } } };
  expect(exports["."].browser).toEqual({
    "@trunkline/source": "./src/browser.ts",
    import: { types: "./dist/index.d.ts", default: "./dist/browser.js" },
    require: { types: "./dist/index.d.cts", default: "./dist/browser.cjs" },
  });
});

it("the client for browsers exports what the other does", () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(everywhere).sort());
  expect(browser.createClient).not.toBe(everywhere.createClient);
});

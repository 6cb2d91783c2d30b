import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { defaultLimits } from "@trunkline/core";
import { systemClock } from "@trunkline/core/internal";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Admission, type Admitted } from "../admission.js";
import type { HttpInfo } from "../http-info.js";
import { type Acceptor, acceptUpgrades, type UpgradeOptions } from "./upgrade.js";

/** Waits until a check holds, and looks often. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2 });

let server: Server;
let port: number;
let admission: Admission;
const opened: { http: HttpInfo; admitted: Admitted }[] = [];
const acceptors: Acceptor[] = [];
const sockets = new Set<Socket>();

beforeEach(async () => {
  server = createServer((_request, response) => response.end("plain"));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  admission = new Admission();
  opened.length = 0;
});

afterEach(async () => {
  for (const acceptor of acceptors.splice(0)) acceptor.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
  await soon(() => expect(sockets.size).toBe(0));
  expect(admission.pending).toBe(0);
  expect(server.listenerCount("upgrade")).toBe(0);
});

const silent = { message: () => {}, alive: () => {}, drained: () => {}, closed: () => {} };

function accept(options: Partial<UpgradeOptions> = {}): Acceptor {
  const acceptor = acceptUpgrades(
    server,
    { path: "/rpc", origins: "same-origin", limits: defaultLimits, clock: systemClock, admission, ...options },
    (transport, http, admitted) => {
      transport.listen(silent);
      opened.push({ http, admitted });
    },
  );
  acceptors.push(acceptor);
  return acceptor;
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

interface Upgrade {
  readonly line?: string;
  readonly host?: string | undefined;
  readonly key?: string;
  readonly version?: string;
  readonly protocol?: string | undefined;
  readonly more?: readonly string[];
}

function upgrade(parts: Upgrade = {}): string {
  const { line = "GET /rpc HTTP/1.1", key = KEY, version = "13", more = [] } = parts;
  const host = "host" in parts ? parts.host : `127.0.0.1:${port}`;
  const protocol = "protocol" in parts ? parts.protocol : "trunkline.1";
  return [
    line,
    ...(host === undefined ? [] : [`Host: ${host}`]),
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Version: ${version}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...more,
    "",
    "",
  ].join("\r\n");
}

/** What the server answers: all of a refusal, the head of a 101. */
function ask(request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request, "latin1"));
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      if (answer.startsWith("HTTP/1.1 101") && answer.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

const status = async (request: string): Promise<number> => Number((await ask(request)).slice(9, 12));
const origin = (value: string): Upgrade => ({ more: [`Origin: ${value}`] });

describe("acceptUpgrades", () => {
  it("answers 101 with the subprotocol and without extensions", async () => {
    accept();
    const answer = await ask(upgrade({ more: ["Sec-WebSocket-Extensions: permessage-deflate"] }));
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toMatch(/\r\nSec-WebSocket-Protocol: trunkline\.1\r\n/);
    expect(answer).toContain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(answer).not.toMatch(/extensions/i);
  });

  it("tells of the request behind a transport, and believes no forwarded header", async () => {
    accept();
    const more = ["Cookie: a=b", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"];
    expect(await status(upgrade({ line: "GET /rpc?room=1 HTTP/1.1", more }))).toBe(101);
    expect(opened[0]?.http).toMatchObject({ url: "/rpc?room=1", remoteAddress: "127.0.0.1" });
    expect(opened[0]?.http.headers.cookie).toBe("a=b");
    expect(Object.keys(opened[0]?.http.headers ?? {}).filter((name) => name.startsWith("sec-"))).toEqual([]);
  });

  it("H23: believes the proxies it is told of, and counts by the address they say", async () => {
    admission = new Admission({ connectionsPerAddress: 1 });
    accept({ trustedProxies: 1 });
    const forwarded = (said: string) => status(upgrade({ more: [`X-Forwarded-For: ${said}`] }));
    const held = connect(port, "127.0.0.1", () =>
      held.write(upgrade({ more: ["X-Forwarded-For: 6.6.6.6, 192.0.2.1"] })),
    );
    await soon(() => expect(opened).toHaveLength(1));
    expect(opened[0]?.http.remoteAddress).toBe("192.0.2.1");
    // What a client puts before it does not make it another.
    expect(await forwarded("192.0.2.9, 192.0.2.1")).toBe(503);
    expect(await forwarded("192.0.2.2")).toBe(101);
    held.destroy();
  });

  it("leaves plain requests to the server's own handler", async () => {
    accept();
    expect(await ask("GET /rpc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/200 OK[\s\S]*plain/);
  });
});

describe("H1: refuses a cross-site origin before the handshake", () => {
  const table: readonly [origin: (own: string) => string, expected: number][] = [
    [(own) => `http://${own}`, 101],
    [(own) => `https://${own}`, 403],
    [() => "https://evil.test", 403],
    [() => "null", 403],
    [() => "http://127.0.0.1", 403],
    [() => "http://127.0.0.1:1", 403],
    [(own) => `http://${own}.evil.test`, 403],
    [(own) => `http://evil-${own}`, 403],
    [(own) => `HTTP://${own}`, 403],
    [(own) => `http://user@${own}`, 403],
    [(own) => `http://${own}/`, 403],
    [(own) => `http://${own}, http://evil.test`, 403],
  ];

  it.each(table)("%s: %i", async (of, expected) => {
    accept();
    const answer = await ask(upgrade(origin(of(`127.0.0.1:${port}`))));
    expect(Number(answer.slice(9, 12))).toBe(expected);
    if (expected === 403)
      expect(answer).toMatch(/\r\nConnection: close\r\n[\s\S]*Pages of this origin may not connect/);
    expect(opened).toHaveLength(expected === 101 ? 1 : 0);
  });

  it("H2, H4: with a list, lets in what is listed and what is not a browser", async () => {
    accept({ origins: ["https://app.example", "null"] });
    expect(await status(upgrade(origin("https://app.example")))).toBe(101);
    expect(await status(upgrade(origin("null")))).toBe(101);
    expect(await status(upgrade())).toBe(101);
    expect(await status(upgrade(origin(`http://127.0.0.1:${port}`)))).toBe(403);
  });

  it("H23: does not believe X-Forwarded-Proto and X-Forwarded-Host", async () => {
    accept();
    const more = ["Origin: https://evil.test", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.test"];
    expect(await status(upgrade({ more }))).toBe(403);
  });

  it("lets everybody in where that is asked for", async () => {
    accept({ origins: "*" });
    expect(await status(upgrade(origin("https://anything.test")))).toBe(101);
  });
});

describe("H9: the subprotocol", () => {
  it.each([undefined, "", "chat", "trunkline", "trunkline.0", "trunkline.10", "TRUNKLINE.1"])(
    "refuses %j, readably",
    async (protocol) => {
      accept();
      const answer = await ask(upgrade({ protocol }));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain("This server speaks the WebSocket subprotocol trunkline.1.");
    },
  );

  it.each(["chat, trunkline.1", "trunkline.1 , trunkline.2", "trunkline.2,trunkline.1"])(
    "chooses trunkline.1 from %j",
    async (protocol) => {
      accept();
      expect(await ask(upgrade({ protocol }))).toMatch(/\r\nSec-WebSocket-Protocol: trunkline\.1\r\n/);
    },
  );
});

describe("H24: the path", () => {
  it.each(["/", "/rp", "/rpc/", "/rpc2", "/RPC", "/%72pc", "//rpc", "/./rpc", "/rpc%3f", "/rpc;a", "/x/../rpc"])(
    "answers 404 for %s where nobody else listens",
    async (path) => {
      accept();
      const answer = await ask(upgrade({ line: `GET ${path} HTTP/1.1` }));
      expect(answer).toMatch(/^HTTP\/1\.1 404 [\s\S]*Connection: close/);
      expect(opened).toHaveLength(0);
    },
  );

  it("destroys a socket that it has refused, though the client keeps its half open", async () => {
    accept();
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.resume();
    socket.write(upgrade({ line: "GET /other HTTP/1.1" }));
    await once(socket, "end");
    await soon(() => expect(sockets.size).toBe(0));
    socket.destroy();
  });

  it("destroys a socket that does not even read its refusal", async () => {
    accept();
    server.removeAllListeners("request");
    server.on("request", (_request, response) => response.end(Buffer.alloc(32 * 1024 * 1024)));
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n\r\n${upgrade({ line: "GET /other HTTP/1.1" })}`);
    await soon(() => expect(sockets.size).toBe(1));
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 4_000 });
    socket.destroy();
  });

  it("leaves another path to another listener, and takes its own", async () => {
    accept();
    const other = new WebSocketServer({ noServer: true });
    const listener = vi.fn((...args: Parameters<WebSocketServer["handleUpgrade"]> | unknown[]) => {
      const [request, socket, head] = args as Parameters<WebSocketServer["handleUpgrade"]>;
      if (request.url === "/other") other.handleUpgrade(request, socket, head, (webSocket) => webSocket.close());
    });
    server.on("upgrade", listener);
    expect(await status(upgrade({ line: "GET /other HTTP/1.1", protocol: undefined }))).toBe(101);
    expect(await status(upgrade())).toBe(101);
    expect(opened).toHaveLength(1);
    server.off("upgrade", listener);
  });

  it("serves two paths of one server, and answers 404 for a third", async () => {
    accept();
    accept({ path: "/second", origins: ["https://app.example"] });
    expect(await status(upgrade())).toBe(101);
    expect(await status(upgrade({ line: "GET /second HTTP/1.1" }))).toBe(101);
    expect(await status(upgrade({ line: "GET /third HTTP/1.1" }))).toBe(404);
  });

  it.each(["rpc", "", "/a?b", "/a b", "/a#b"])("does not start for %j", (path) => {
    expect(() => accept({ path })).toThrow(TypeError);
  });
});

describe("D11: two on one server", () => {
  it("does not start twice for one path, and starts again after the first is closed", async () => {
    const first = accept();
    expect(() => accept()).toThrow(/\/rpc of this HTTP server serves WebSockets already/);
    first.close();
    accept();
    first.close();
    expect(() => accept()).toThrow();
    expect(await status(upgrade())).toBe(101);
  });

  it("does not fall over a listener that has upgraded the socket before", async () => {
    const greedy = new WebSocketServer({ server });
    accept();
    expect(await status(upgrade())).toBe(101);
    expect(opened).toHaveLength(0);
    server.removeAllListeners("upgrade");
    greedy.close();
  });
});

describe("hostile requests", () => {
  /** Each is refused, and the next client is served as if nothing had been. */
  async function refuses(request: string, expected: readonly number[]): Promise<void> {
    accept();
    expect(expected).toContain(await status(request));
    expect(opened).toHaveLength(0);
    expect(await status(upgrade())).toBe(101);
  }

  it.each<[string, Upgrade, number[]]>([
    ["GET //", { line: "GET // HTTP/1.1" }, [404]],
    ["a target without a slash", { line: "GET rpc HTTP/1.1" }, [400]],
    ["an absolute target", { line: "GET http://127.0.0.1/rpc HTTP/1.1" }, [404]],
    ["a path of 8 KiB", { line: `GET /${"a".repeat(8_192)} HTTP/1.1` }, [404]],
    ["a path of 64 KiB", { line: `GET /${"a".repeat(65_536)} HTTP/1.1` }, [431]],
    ["NUL in the path", { line: "GET /rpc\0 HTTP/1.1" }, [400]],
    ["broken percent signs", { line: "GET /%zz%%%u0000 HTTP/1.1" }, [404]],
    ["Host: a b", { host: "a b" }, [400]],
    ["an empty Host", { host: "" }, [400]],
    ["no Host", { host: undefined }, [400]],
    ["Host with a path", { host: "a/../b" }, [400]],
    ["Host with userinfo", { host: "a@b" }, [400]],
    ["an unclosed bracket in Host", { host: "[::1" }, [400]],
    ["a port that is none", { host: "a:b" }, [400]],
    ["bytes above 127 in Host", { host: "\xe4\xff" }, [400]],
    ["HTTP 1.0", { line: "GET /rpc HTTP/1.0" }, [400]],
    ["POST", { line: "POST /rpc HTTP/1.1" }, [400]],
  ])("H6: %s", (_name, parts, expected) => refuses(upgrade(parts), expected));

  it("H6: another Upgrade than websocket", () => refuses(upgrade().replace("websocket", "h2c"), [400]));

  it("H7: 16 KiB of headers", () => refuses(upgrade({ more: [`X: ${"a".repeat(16_384)}`] }), [431]));

  it("H7: a header named __proto__ is a header", async () => {
    accept();
    expect(await status(upgrade({ more: ["__proto__: polluted", "constructor: polluted"] }))).toBe(101);
    expect(Object.getPrototypeOf(opened[0]?.http.headers)).not.toBe("polluted");
    expect(opened[0]?.http.headers.polluted).toBeUndefined();
  });

  it.each<[string, Upgrade, number[]]>([
    ["no key", { key: "" }, [400]],
    ["a short key", { key: "abc" }, [400]],
    ["a key of other letters", { key: `${"!".repeat(22)}==` }, [400]],
    ["version 8", { version: "8" }, [400]],
    ["version 12", { version: "12" }, [400]],
    ["version 13abc", { version: "13abc" }, [400]],
    ["version 0x0d", { version: "0x0d" }, [400]],
    ["version constructor", { version: "constructor" }, [400]],
    ["17 subprotocols", { protocol: `${Array.from({ length: 16 }, (_, at) => `p${at}`)},trunkline.1` }, [400]],
    [
      "1,000 tokens",
      {
        protocol: Array.from({ length: 1_500 }, () => "trunkline.1")
          .join(",")
          .slice(0, 12_000),
      },
      [400],
    ],
    ["subprotocols of 1,025 characters", { protocol: `trunkline.1, ${"a".repeat(1_012)}` }, [400]],
    ["spaces for a slow pattern", { protocol: `trunkline.1${" ".repeat(900)}x` }, [400]],
    ["the same subprotocol twice", { protocol: "trunkline.1, trunkline.1" }, [400]],
    ["an empty token", { protocol: "trunkline.1,,a" }, [400]],
    ["a subprotocol in quotes", { protocol: '"trunkline.1"' }, [400]],
    ["a subprotocol beyond ASCII", { protocol: "trunkline.1, \xe4" }, [400]],
    ["constructor", { protocol: "constructor, __proto__" }, [400]],
  ])("H8: %s", (_name, parts, expected) => refuses(upgrade(parts), expected));

  it("H8: names the version it speaks", async () => {
    accept();
    expect(await ask(upgrade({ version: "8" }))).toMatch(/\r\nSec-WebSocket-Version: 13\r\n/);
  });

  it("H8: hostile extensions are not looked at", async () => {
    accept();
    for (const offer of ["permessage-deflate; ".repeat(200), ";;;", "constructor", "\xff", `x="${"\\".repeat(900)}`]) {
      expect(await status(upgrade({ more: [`Sec-WebSocket-Extensions: ${offer}`] }))).toBe(101);
    }
  });

  it("H17: survives a reset at every moment of the upgrade", async () => {
    accept();
    for (let round = 0; round < 60; round++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      socket.write(upgrade(round % 3 === 0 ? origin("https://evil.test") : {}));
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
    expect(await status(upgrade())).toBe(101);
    await soon(() => expect(admission.pending).toBe(0));
  });

  it("H17: survives a reset of a socket that was left to another listener", async () => {
    accept();
    const idle = vi.fn();
    server.on("upgrade", idle);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(upgrade({ line: "GET /other HTTP/1.1" }));
    await soon(() => expect(idle).toHaveBeenCalled());
    socket.resetAndDestroy();
    await soon(() => expect(sockets.size).toBe(0));
    server.off("upgrade", idle);
  });
});

describe("H18: the places at the door", () => {
  async function open(): Promise<WebSocket> {
    const client = new WebSocket(`ws://127.0.0.1:${port}/rpc`, "trunkline.1");
    client.on("error", () => {});
    await once(client, "open");
    return client;
  }

  it("answers 503 with Retry-After when all are taken, until a hello is done", async () => {
    admission = new Admission({ pending: 2 });
    accept();
    await open();
    await open();
    const answer = await ask(upgrade());
    expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nRetry-After: \d+\r\n/);
    opened[0]?.admitted.release();
    await open();
    expect(admission.pending).toBe(2);
  });

  it("has the place back when a socket closes, whoever closed it", async () => {
    admission = new Admission({ pendingPerAddress: 1 });
    accept();
    (await open()).close();
    await soon(() => expect(admission.pending).toBe(0));
    (await open()).terminate();
    await soon(() => expect(admission.pending).toBe(0));
    await open();
    expect(await status(upgrade())).toBe(503);
  });

  it("takes no place for what is refused", async () => {
    accept();
    await status(upgrade(origin("https://evil.test")));
    await status(upgrade({ protocol: "chat" }));
    expect(admission.pending).toBe(0);
  });
});

describe("D1: leaving", () => {
  it("answers 503 with Retry-After from then on, and keeps what is open", async () => {
    const acceptor = accept();
    const client = new WebSocket(`ws://127.0.0.1:${port}/rpc`, "trunkline.1");
    await once(client, "open");
    acceptor.refuse();
    expect(await ask(upgrade())).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: \d+[\s\S]*going away/);
    expect(client.readyState).toBe(WebSocket.OPEN);
    client.close();
    await once(client, "close");
  });
});

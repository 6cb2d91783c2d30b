import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Transport } from "@trunkline/core";
import type { Alarm, Clock } from "@trunkline/core/internal";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { OpeningFailure, OpeningOptions, WebSocketConstructor } from "./opening.js";
import { openWebSocket } from "./websocket.js";

/** Waits until a check holds, and looks often. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2 });

/** Time that passes when it is told to, beside sockets that are real. */
class ManualClock implements Clock {
  readonly #alarms = new Map<object, { at: number; wake: () => void }>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#now;
  }

  alarm(wake: () => void): Alarm {
    const key = {};
    return { set: (at) => this.#alarms.set(key, { at, wake }), clear: () => this.#alarms.delete(key) };
  }

  defer(task: () => void): void {
    queueMicrotask(task);
  }

  later(task: () => void): void {
    setImmediate(task);
  }

  get pending(): number {
    return this.#alarms.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const [key, { at, wake }] of [...this.#alarms]) {
      if (at <= this.#now && this.#alarms.delete(key)) wake();
    }
  }
}

let clock: ManualClock;
let server: Server;
let accepted: WebSocketServer;
let url: string;
const sockets = new Set<Socket>();

beforeEach(async () => {
  clock = new ManualClock();
  server = createServer((_request, response) => response.writeHead(200).end("<html>"));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  accepted = new WebSocketServer({ server, handleProtocols: () => "trunkline.1" });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  accepted.close();
  server.close();
  await soon(() => expect(sockets.size).toBe(0));
  await soon(() => expect(clock.pending).toBe(0));
});

/** What a transport's listener hears, in order. */
function hear(transport: Transport): string[] {
  const log: string[] = [];
  transport.listen({
    message: (data) => log.push(`message ${typeof data === "string" ? data : `bytes ${data}`}`),
    alive: () => log.push("alive"),
    drained: () => log.push("drained"),
    closed: (code, reason) => log.push(`closed ${code} ${reason}`),
  });
  return log;
}

interface Dial {
  readonly opened: Transport[];
  readonly failed: OpeningFailure[];
  abort(): void;
}

function dial(options: Partial<OpeningOptions> = {}): Dial {
  const opened: Transport[] = [];
  const failed: OpeningFailure[] = [];
  const opening = openWebSocket(
    { url, clock, messageBytes: 1024 * 1024, ...options },
    { opened: (transport) => opened.push(transport), failed: (failure) => failed.push(failure) },
  );
  return { opened, failed, abort: opening.abort };
}

async function open(options: Partial<OpeningOptions> = {}): Promise<{ transport: Transport; peer: WebSocket }> {
  const connected = once(accepted, "connection") as Promise<[WebSocket]>;
  const { opened } = dial(options);
  const [peer] = await connected;
  await soon(() => expect(opened).toHaveLength(1));
  return { transport: opened[0] as Transport, peer };
}

describe("openWebSocket", () => {
  it("opens with the subprotocol and without compression", async () => {
    const connected = once(accepted, "connection");
    const { opened, failed } = dial();
    const [peer, request] = await connected;
    await soon(() => expect(opened).toHaveLength(1));
    expect(peer.protocol).toBe("trunkline.1");
    expect(request.headers["sec-websocket-protocol"]).toBe("trunkline.1");
    expect(request.headers["sec-websocket-extensions"]).toBeUndefined();
    expect(failed).toEqual([]);
  });

  it.each(["not a url", "", "ftp://a", "ws://", "ws://a/#fragment"])(
    "W6: %j is a fatal failure, not a throw",
    async (bad) => {
      const { opened, failed } = dial({ url: bad });
      expect(failed).toEqual([]);
      await soon(() => expect(failed).toHaveLength(1));
      expect(failed[0]).toEqual({ fatal: true, reason: expect.stringMatching(/./) });
      expect(opened).toEqual([]);
    },
  );

  it("says why where the platform says it, and may be tried again", async () => {
    server.removeAllListeners("upgrade");
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"));
    const { failed } = dial();
    await soon(() => expect(failed).toEqual([{ reason: "Unexpected server response: 403", fatal: false }]));
  });

  it.each([
    ["503 Service Unavailable", "Retry-After: 5", true],
    ["429 Too Many Requests", "Retry-After: 2", true],
    ["503 Service Unavailable", "Retry-After: 1", undefined],
    ["503 Service Unavailable", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", undefined],
    ["503 Service Unavailable", "X: 5", undefined],
  ])("R3: is told to come later by a server that says %s, %s: %s", async (status, header, later) => {
    server.removeAllListeners("upgrade");
    server.on("upgrade", (_request, socket) =>
      socket.end(`HTTP/1.1 ${status}\r\n${header}\r\nConnection: close\r\n\r\n`),
    );
    const { failed } = dial();
    await soon(() => expect(failed).toHaveLength(1));
    expect(failed[0]).toEqual({
      reason: `Unexpected server response: ${status.slice(0, 3)}`,
      fatal: false,
      ...(later && { later }),
    });
    await soon(() => expect(sockets.size).toBe(0));
  });

  it("fails once when nobody listens there", async () => {
    const { failed, opened } = dial({ url: "ws://127.0.0.1:1" });
    await soon(() => expect(failed).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(failed).toEqual([{ reason: expect.stringContaining("ECONNREFUSED"), fatal: false }]);
    expect(opened).toEqual([]);
  });

  it("says why of each address, where a name stands for several and none answers", async () => {
    const unreachable: EventEmitter[] = [];
    class Unreachable extends EventEmitter {
      constructor() {
        super();
        unreachable.push(this);
      }
      terminate(): void {}
    }
    const { failed } = dial({ WebSocket: Unreachable as never });
    const errors = ["::1", "127.0.0.1"].map((address) => new Error(`connect ECONNREFUSED ${address}:3000`));
    unreachable[0]?.emit("error", new AggregateError(errors));
    const reason = "connect ECONNREFUSED ::1:3000, connect ECONNREFUSED 127.0.0.1:3000";
    expect(failed).toEqual([{ reason, fatal: false }]);
    unreachable[0]?.emit("error", new AggregateError([]));
    expect(failed).toHaveLength(1);
  });

  it.each([
    ["a sentence", "text/plain; charset=utf-8", "No such path.\n", ": No such path."],
    ["a sentence that would make lines of its own in a log", "text/plain", "a\r\n\u001b[2Kb", ": a [2Kb"],
    ["no sentence", "text/plain", "", ""],
    ["a text that is none", "text/plain", "x".repeat(257), ""],
    ["what is no plain text", "text/html", "<p>No such path", ""],
  ])("says what a server refused with that says %s", async (_, type, body, said) => {
    server.removeAllListeners("upgrade");
    const head = `HTTP/1.1 404 Not Found\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}`;
    server.on("upgrade", (_request, socket) => socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`));
    const { failed } = dial();
    await soon(() => expect(failed).toEqual([{ reason: `Unexpected server response: 404${said}`, fatal: false }]));
    await soon(() => expect(sockets.size).toBe(0));
  });

  it("is not kept by a server that never ends its refusal", async () => {
    server.removeAllListeners("upgrade");
    const head = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n";
    server.on("upgrade", (_request, socket) =>
      socket
        .on("end", () => socket.destroy())
        .resume()
        .write(`${head}half`),
    );
    const { failed, abort } = dial();
    await soon(() => expect(sockets.size).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    abort();
    await soon(() => expect(sockets.size).toBe(0));
    expect(failed).toEqual([]);
  });

  it("N9: a page of HTML in place of a handshake is a failure", async () => {
    server.removeAllListeners("upgrade");
    const { failed } = dial();
    await soon(() => expect(failed).toEqual([{ reason: "Unexpected server response: 200", fatal: false }]));
  });

  it("C8: follows no redirect", async () => {
    server.removeAllListeners("upgrade");
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n"));
    const { failed } = dial();
    await soon(() => expect(failed).toEqual([{ reason: "Unexpected server response: 302", fatal: false }]));
  });

  it("H9: refuses a server that speaks no subprotocol of ours", async () => {
    accepted.options.handleProtocols = () => false;
    const { failed, opened } = dial();
    await soon(() => expect(failed).toHaveLength(1));
    expect(failed[0]?.reason).toMatch(/subprotocol/);
    expect(opened).toEqual([]);
  });

  it("C17: an aborted dial is never heard of, at whatever moment", async () => {
    const early = dial();
    early.abort();
    early.abort();
    const refused = dial({ url: "not a url" });
    refused.abort();
    const late = dial();
    await once(server, "connection");
    late.abort();
    await soon(() => expect(sockets.size).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const { opened, failed } of [early, refused, late]) expect([...opened, ...failed]).toEqual([]);
  });

  it("an abort after it has opened changes nothing", async () => {
    const { opened, abort } = dial();
    await soon(() => expect(opened).toHaveLength(1));
    abort();
    const log = hear(opened[0] as Transport);
    for (const peer of accepted.clients) peer.send("still here");
    await soon(() => expect(log).toEqual(["message still here"]));
  });
});

describe("a transport over ws", () => {
  it("carries 200 kB of text beyond the basic plane, unchanged, both ways", async () => {
    const { transport, peer } = await open();
    const log = hear(transport);
    const text = "🚃ä漢".repeat(20_000);
    const arrived = once(peer, "message");
    transport.send(text);
    expect(String((await arrived)[0]) === text).toBe(true);
    peer.send(text);
    await soon(() => expect(log).toHaveLength(1));
    expect(log[0] === `message ${text}`).toBe(true);
  });

  it("makes send return false while the server does not read, and is drained once when it does", async () => {
    const { transport, peer } = await open();
    const log = hear(transport);
    peer.pause();
    let sent = 1;
    while (transport.send("x".repeat(64 * 1024))) sent++;
    clock.advance(10);
    clock.advance(10);
    expect(log).toEqual([]);
    let received = 0;
    peer.on("message", () => received++);
    peer.resume();
    await soon(() => expect(received).toBe(sent));
    clock.advance(10);
    expect(log).toEqual(["drained"]);
    expect(clock.pending).toBe(0);
    expect(transport.send("again")).toBe(true);
  });

  it("C6: takes a message of the limit, and closes with 1009 above it", async () => {
    const { transport, peer } = await open({ messageBytes: 1_000 });
    const log = hear(transport);
    peer.send("x".repeat(1_000));
    await soon(() => expect(log).toHaveLength(1));
    peer.send("x".repeat(1_001));
    expect((await once(peer, "close"))[0]).toBe(1009);
    await soon(() => expect(log.at(-1)).toMatch(/^closed 1006/));
  });

  it("F10: passes binary messages on as bytes, and sends bytes as binary messages", async () => {
    const { transport, peer } = await open();
    const log = hear(transport);
    peer.send(Buffer.from([0, 255, 10]));
    await soon(() => expect(log).toEqual(["message bytes 0,255,10"]));
    transport.send(new Uint8Array([1, 2, 3]));
    const [data, isBinary] = await once(peer, "message");
    expect([[...(data as Uint8Array)], isBinary]).toEqual([[1, 2, 3], true]);
  });

  it.each([100, 65_528, 65_529, 300_000])(
    "sends what stands in pieces, %d bytes of it, as one message in its place",
    async (size) => {
      const { transport, peer } = await open();
      const heard: string[] = [];
      peer.on("message", (data) => heard.push(`${(data as Buffer).length} ${(data as Buffer).toString().slice(0, 9)}`));
      const piece = Buffer.from(`second ${"x".repeat(size)}`);
      transport.send("first");
      transport.sendPieces?.([piece.subarray(0, 3), piece.subarray(3)]);
      transport.send("third");
      await soon(() => expect(heard).toEqual(["5 first", `${size + 7} second xx`, "5 third"]));
    },
  );

  it("makes sendPieces return false while the server does not read, and is drained once without looking", async () => {
    const { transport, peer } = await open();
    const log = hear(transport);
    peer.pause();
    let sent = 1;
    while (transport.sendPieces?.([new Uint8Array(4), new Uint8Array(64 * 1024)])) sent++;
    let received = 0;
    peer.on("message", () => received++);
    peer.resume();
    await soon(() => expect([received, log]).toEqual([sent, ["drained"]]));
    expect(clock.pending).toBe(0);
  });

  it("sends pieces behind what its WebSocket has not compressed yet", async () => {
    accepted.options.perMessageDeflate = true;
    const { transport, peer } = await open({ compression: { thresholdBytes: 1 } });
    const heard: number[] = [];
    peer.on("message", (data) => heard.push((data as Buffer).length));
    transport.send("x".repeat(100_000));
    transport.sendPieces?.([new Uint8Array(4), new Uint8Array(70_000)]);
    await soon(() => expect(heard).toEqual([100_000, 70_004]));
  });

  it("sends no pieces after its end", async () => {
    const { transport, peer } = await open();
    const heard: number[] = [];
    peer.on("message", (data) => heard.push((data as Buffer).length));
    transport.close(1000, "done");
    expect(transport.sendPieces?.([new Uint8Array(4), new Uint8Array(70_000)])).toBe(true);
    await once(peer, "close");
    expect(heard).toEqual([]);
    await soon(() => expect(sockets.size).toBe(0));
  });

  it("C5: a broken frame closes it, and throws nowhere", async () => {
    const { transport, peer } = await open();
    const log = hear(transport);
    const [socket] = sockets;
    socket?.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    expect((await once(peer, "close"))[0]).toBe(1002);
    await soon(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(/^closed/);
  });

  it("says what the server gave as its reason, and 1006 where there is none", async () => {
    const first = await open();
    const firstLog = hear(first.transport);
    first.peer.close(1012, "server restarts");
    await soon(() => expect(firstLog).toEqual(["closed 1012 server restarts"]));
    const second = await open();
    const secondLog = hear(second.transport);
    second.peer.terminate();
    await soon(() => expect(secondLog).toEqual(["closed 1006 "]));
  });

  it("N16: is closed after two seconds when the server never answers", async () => {
    const { transport, peer } = await open();
    const log = hear(transport);
    peer.pause();
    transport.close(1000, "done");
    transport.close(4400, "again");
    expect(transport.send("late")).toBe(true);
    clock.advance(1_999);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(log).toEqual([]);
    clock.advance(1);
    expect(log).toEqual(["closed 1000 done"]);
    peer.resume();
    await soon(() => expect(sockets.size).toBe(0));
    expect(log).toHaveLength(1);
  });

  it("keeps what comes before its listener, and tells it in order", async () => {
    accepted.on("connection", (peer) => {
      peer.send("first");
      peer.send("second");
      peer.close(1012, "server restarts");
    });
    const { transport } = await open();
    await soon(() => expect(sockets.size).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const log = hear(transport);
    expect(log).toEqual([]);
    await Promise.resolve();
    expect(log).toEqual(["message first", "message second", "closed 1012 server restarts"]);
  });

  it("closes for a server that says more before hello than it may", async () => {
    const { transport, peer } = await open();
    for (let number = 0; number < 20; number++) peer.send(String(number));
    expect((await once(peer, "close"))[0]).toBe(4400);
    const log = hear(transport);
    await soon(() => expect(log).toEqual(["closed 4400 protocol violation"]));
  });
});

/** A browser's WebSocket, as far as the client looks at it. */
class FakeWebSocket {
  static last: FakeWebSocket;
  readonly args: unknown[];
  binaryType = "blob";
  bufferedAmount = 0;
  protocol = "trunkline.1";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  readonly calls: string[] = [];

  constructor(...args: unknown[]) {
    this.args = args;
    FakeWebSocket.last = this;
  }

  send(text: string): void {
    this.calls.push(`send ${text}`);
  }

  close(...args: [code?: number, reason?: string]): void {
    const [code] = args;
    // As browsers do.
    if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) throw new Error("InvalidAccessError");
    this.calls.push(["close", ...args].join(" "));
  }
}

function openFake(): { socket: FakeWebSocket; transport: Transport; log: string[] } {
  const { opened } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
  const socket = FakeWebSocket.last;
  socket.onopen?.();
  const transport = opened[0] as Transport;
  return { socket, transport, log: hear(transport) };
}

describe("a transport over any WebSocket class", () => {
  it("gives the constructor the URL and the subprotocol, and nothing else", () => {
    const { abort } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
    expect(FakeWebSocket.last.args).toEqual(["wss://a", "trunkline.1"]);
    abort();
    expect(FakeWebSocket.last.calls).toEqual(["close 1000 done"]);
  });

  it("gives ws what it knows beyond the standard", () => {
    class WsLike extends FakeWebSocket {
      terminate(): void {}
    }
    dial({ url: "wss://a", WebSocket: WsLike, messageBytes: 7 }).abort();
    const options = { perMessageDeflate: false, followRedirects: false, maxPayload: 7, closeTimeout: 2_000 };
    expect(FakeWebSocket.last.args).toEqual(["wss://a", "trunkline.1", options]);
  });

  it("W11: asks for array buffers before it opens", () => {
    dial({ url: "wss://a", WebSocket: FakeWebSocket });
    expect(FakeWebSocket.last.binaryType).toBe("arraybuffer");
  });

  it("W6: a constructor that throws what is no error is a fatal failure", async () => {
    class Throwing extends FakeWebSocket {
      constructor() {
        super();
        throw "no";
      }
    }
    const { failed } = dial({ WebSocket: Throwing });
    await soon(() => expect(failed).toEqual([{ reason: "the WebSocket could not be created", fatal: true }]));
  });

  it("W7: fails without a reason where the browser hides it", () => {
    const { failed } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
    FakeWebSocket.last.onerror?.({ type: "error" });
    FakeWebSocket.last.onclose?.({ code: 1006, reason: "" });
    expect(failed).toEqual([{ reason: "the connection could not be opened", fatal: false }]);
  });

  it("fails for a close without an error, and closes what opens after an abort", () => {
    const { failed } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
    FakeWebSocket.last.onclose?.({ code: 1013, reason: "later" });
    expect(failed).toEqual([{ reason: "later", fatal: false }]);
    const { opened, abort } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
    abort();
    FakeWebSocket.last.onopen?.();
    expect(FakeWebSocket.last.calls).toEqual(["close 1000 done", "close 1000 done"]);
    expect(opened).toEqual([]);
  });

  it("takes a class that does not tell its subprotocol", () => {
    const { opened } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
    Object.assign(FakeWebSocket.last, { protocol: undefined });
    FakeWebSocket.last.onopen?.();
    expect(opened).toHaveLength(1);
  });

  it.each([new Blob(["a"]), null, 1])("F10: closes for %o with 4400", async (data) => {
    const { socket, log } = openFake();
    await Promise.resolve();
    socket.onmessage?.({ data });
    socket.onmessage?.({ data: "late" });
    expect(socket.calls).toEqual(["close 4400 protocol violation"]);
    socket.onclose?.({ code: 4400, reason: "" });
    expect(log).toEqual(["closed 4400 protocol violation"]);
  });

  it("W10: looks again until little is unsent, then is drained once", async () => {
    const { socket, transport, log } = openFake();
    socket.bufferedAmount = 256 * 1024;
    expect(transport.send("a")).toBe(true);
    expect(clock.pending).toBe(0);
    socket.bufferedAmount = 256 * 1024 + 1;
    expect(transport.send("b")).toBe(false);
    expect(transport.send("c")).toBe(false);
    for (let look = 0; look < 5; look++) clock.advance(10);
    expect(log).toEqual([]);
    socket.bufferedAmount = 64 * 1024;
    clock.advance(10);
    expect(log).toEqual(["drained"]);
    expect(clock.pending).toBe(0);
  });

  it("W10: looks again in time though more is sent meanwhile", async () => {
    const { socket, transport, log } = openFake();
    await Promise.resolve();
    socket.bufferedAmount = 300 * 1024;
    transport.send("a");
    clock.advance(5);
    transport.send("b");
    socket.bufferedAmount = 0;
    clock.advance(5);
    expect(log).toEqual(["drained"]);
  });

  it("drops what came before its listener when it was closed before it", async () => {
    const { opened } = dial({ url: "wss://a", WebSocket: FakeWebSocket });
    const socket = FakeWebSocket.last;
    socket.onopen?.();
    socket.onmessage?.({ data: "early" });
    opened[0]?.close(4408, "no hello in time");
    socket.onclose?.({ code: 4408, reason: "" });
    const log = hear(opened[0] as Transport);
    await Promise.resolve();
    expect(log).toEqual(["closed 4408 no hello in time"]);
  });

  it("N16: hears nothing of a socket it has closed, and is closed after two seconds", async () => {
    const { socket, transport, log } = openFake();
    await Promise.resolve();
    socket.bufferedAmount = Infinity;
    transport.send("a");
    Object.assign(socket, { terminate: () => socket.calls.push("terminate") });
    transport.close(1000, "done");
    socket.onmessage?.({ data: "late" });
    socket.onerror?.({});
    clock.advance(10);
    expect(log).toEqual([]);
    clock.advance(1_990);
    expect(log).toEqual(["closed 1000 done"]);
    expect(socket.calls).toEqual(["send a", "close 1000 done", "terminate"]);
    socket.onclose?.({ code: 1006, reason: "" });
    expect(log).toHaveLength(1);
  });

  it("says a code that pages may not say by saying none", () => {
    const { socket, transport } = openFake();
    transport.close(1009, "message too big for WebSocket limits");
    expect(socket.calls).toEqual(["close"]);
    clock.advance(2_000);
  });

  it("throws nowhere when its socket throws", async () => {
    const { socket, transport, log } = openFake();
    await Promise.resolve();
    const refuse = (): never => {
      throw new Error("InvalidStateError");
    };
    Object.assign(socket, { send: refuse, close: refuse });
    expect(transport.send("a")).toBe(true);
    transport.ping();
    transport.close(1000, "done");
    clock.advance(2_000);
    expect(log).toEqual(["closed 1000 done"]);
  });

  it("tells 1006 where a close event says nothing", async () => {
    const { socket, log } = openFake();
    await Promise.resolve();
    socket.onclose?.({});
    expect(log).toEqual(["closed 1006 "]);
  });
});

describe("WebSocket classes in use", () => {
  it("fit the type", () => {
    const classes: WebSocketConstructor[] = [globalThis.WebSocket, WebSocket];
    expect(classes).toHaveLength(2);
  });

  it.runIf(typeof globalThis.WebSocket === "function")("Node's own carries messages both ways", async () => {
    const { transport, peer } = await open({ WebSocket: globalThis.WebSocket });
    const log = hear(transport);
    peer.on("message", (data) => peer.send(String(data)));
    transport.send("🚃");
    await soon(() => expect(log).toEqual(["message 🚃"]));
    transport.close(4400, "protocol violation");
    expect((await once(peer, "close"))[0]).toBe(4400);
    await soon(() => expect(log.at(-1)).toBe("closed 4400 protocol violation"));
  });
});

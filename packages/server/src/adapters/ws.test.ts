import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { defaultLimits, type Limits, type Transport, type TransportListener } from "@trunkline/core";
import type { Alarm, Clock } from "@trunkline/core/internal";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Admission } from "../admission.js";
import { acceptUpgrades } from "./upgrade.js";

const KiB = 1024;

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
      if (at > this.#now || !this.#alarms.delete(key)) continue;
      wake();
    }
  }
}

/** What a transport's listener hears, in order. */
class Heard implements TransportListener {
  readonly log: string[] = [];
  message(data: string | Uint8Array): void {
    this.log.push(`message ${typeof data === "string" ? data : `bytes ${[...data]}`}`);
  }
  alive(): void {
    this.log.push("alive");
  }
  drained(): void {
    this.log.push("drained");
  }
  closed(code: number, reason: string): void {
    this.log.push(`closed ${code} ${reason}`);
  }
}

/** Waits until a check holds, and looks often. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2 });

let server: Server;
let port: number;
let clock: ManualClock;
let close: () => void;
const admission = new Admission();
const transports: Transport[] = [];
const sockets = new Set<Socket>();
const clients = new Set<WebSocket>();

beforeEach(async () => {
  server = createServer();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  clock = new ManualClock();
  serve({});
});

afterEach(async () => {
  close();
  for (const client of clients) client.terminate();
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
  await soon(() => expect(sockets.size).toBe(0));
  expect(clock.pending).toBe(0);
  expect(admission.pending).toBe(0);
  transports.length = 0;
  clients.clear();
});

function serve(limits: Partial<Limits>): void {
  close?.();
  const options = {
    path: "/",
    origins: "same-origin",
    limits: { ...defaultLimits, ...limits },
    clock,
    admission,
  } as const;
  ({ close } = acceptUpgrades(server, options, (transport) => transports.push(transport)));
}

async function client(): Promise<{ webSocket: WebSocket; transport: Transport; heard: Heard }> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, "trunkline.1");
  clients.add(webSocket);
  webSocket.on("error", () => {});
  await once(webSocket, "open");
  return { webSocket, ...listened() };
}

function listened(): { transport: Transport; heard: Heard } {
  const transport = transports.at(-1);
  if (transport === undefined) throw new Error("no transport was opened");
  const heard = new Heard();
  transport.listen(heard);
  return { transport, heard };
}

const UPGRADE = [
  "GET / HTTP/1.1",
  "Host: a",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Protocol: trunkline.1",
  "",
  "",
].join("\r\n");

/** A socket whose handshake is done, and what has come over it since. */
async function raw(): Promise<{ socket: Socket; received: () => Buffer; transport: Transport; heard: Heard }> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  socket.on("error", () => {});
  socket.write(UPGRADE);
  let received = Buffer.alloc(0);
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
  });
  await soon(() => expect(received.includes("\r\n\r\n")).toBe(true));
  const start = received.indexOf("\r\n\r\n") + 4;
  return { socket, received: () => received.subarray(start), ...listened() };
}

const MASK = Buffer.from([1, 2, 3, 4]);

/** One frame as a client sends it. */
function frame(first: number, payload: Buffer | string = ""): Buffer {
  const plain = Buffer.from(payload);
  const masked = plain.map((byte, at) => byte ^ (MASK[at % 4] ?? 0));
  return Buffer.concat([head(first, plain.length), MASK, masked]);
}

function head(first: number, length: number | bigint, mask = 0x80): Buffer {
  if (length < 126) return Buffer.from([first, mask | Number(length)]);
  const short = length < 65_536;
  const bytes = Buffer.alloc(short ? 4 : 10);
  bytes[0] = first;
  bytes[1] = mask | (short ? 126 : 127);
  if (short) bytes.writeUInt16BE(Number(length), 2);
  else bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

const TEXT = 0x81;
const CLOSE = 0x88;

/** The code of the close frame that has come, undefined while none has. */
const closeCode = (received: Buffer): number | undefined =>
  received[0] === CLOSE && received.length >= 4 ? received.readUInt16BE(2) : undefined;

describe("a transport", () => {
  it("carries 200 kB of text beyond the basic plane, unchanged, both ways", async () => {
    const { webSocket, transport, heard } = await client();
    const text = "🚃ä漢".repeat(20_000);
    webSocket.send(text);
    await soon(() => expect(heard.log).toHaveLength(1));
    expect(heard.log[0] === `message ${text}`).toBe(true);
    const answer = once(webSocket, "message");
    transport.send(text);
    expect(String((await answer)[0]) === text).toBe(true);
  });

  it("keeps order, and tells a new listener all that comes after the old one", async () => {
    const { webSocket, transport, heard } = await client();
    const second = new Heard();
    heard.message = (text) => {
      heard.log.push(String(text));
      if (text === "2") transport.listen(second);
    };
    for (let number = 1; number <= 4; number++) webSocket.send(String(number));
    await soon(() => expect(second.log).toHaveLength(2));
    expect(heard.log).toEqual(["1", "2"]);
    expect(second.log).toEqual(["message 3", "message 4"]);
  });

  it("H25: keeps what comes with the upgrade, and after it, until somebody listens", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(Buffer.concat([Buffer.from(UPGRADE), frame(TEXT, "first")]));
    await once(socket, "data");
    socket.write(frame(TEXT, "second"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { heard } = listened();
    await soon(() => expect(heard.log).toEqual(["message first", "message second"]));
    socket.destroy();
  });

  it("holds a bounded number of bytes for a listener that does not come", async () => {
    const { webSocket, transport } = await (async () => {
      const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, "trunkline.1");
      clients.add(webSocket);
      await once(webSocket, "open");
      return { webSocket, transport: transports[0] as Transport };
    })();
    for (let sent = 0; sent < 200; sent++) webSocket.send("x".repeat(64 * KiB));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(transport.bytesReceived).toBeLessThan(256 * KiB);
  });

  it("tells of a close that came before its listener, once", async () => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, "trunkline.1");
    await once(webSocket, "open");
    webSocket.terminate();
    for (const socket of sockets) socket.destroy();
    await soon(() => expect(sockets.size).toBe(0));
    const { heard, transport } = listened();
    expect(heard.log).toEqual([]);
    await Promise.resolve();
    expect(heard.log).toEqual(["closed 1006 "]);
    transport.listen(heard);
    transport.close(1000, "");
    await Promise.resolve();
    expect(heard.log).toHaveLength(1);
  });

  it("hears a pong as a sign of life", async () => {
    const { transport, heard } = await client();
    transport.ping();
    await soon(() => expect(heard.log).toEqual(["alive"]));
  });

  it("counts the bytes of a message that is not whole yet", async () => {
    const { socket, transport, heard } = await raw();
    const before = transport.bytesReceived ?? 0;
    socket.write(head(TEXT, 1_000));
    socket.write(Buffer.alloc(500));
    await soon(() => expect(transport.bytesReceived).toBe(before + 504));
    expect(heard.log).toEqual([]);
  });

  it("says what the other end gave as its reason, and 1006 where there is none", async () => {
    const first = await client();
    first.webSocket.close(4_000, "enough");
    await soon(() => expect(first.heard.log).toEqual(["closed 4000 enough"]));
    const second = await client();
    second.webSocket.terminate();
    await soon(() => expect(second.heard.log).toEqual(["closed 1006 "]));
  });

  it("does nothing after its end", async () => {
    const { webSocket, transport, heard } = await client();
    webSocket.close();
    await soon(() => expect(heard.log).toHaveLength(1));
    for (let late = 0; late < 20; late++) expect(transport.send("x".repeat(64 * KiB))).toBe(true);
    transport.ping();
    transport.close(1000, "");
    expect(heard.log).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

/** Sends until there is no room, while the other end does not read; then all of it arrives, and there is room again. */
async function expectDrained(send: (transport: Transport) => boolean | undefined): Promise<void> {
  const { webSocket, transport, heard } = await client();
  webSocket.pause();
  let sent = 1;
  while (send(transport)) sent++;
  expect(sent).toBeLessThan(1_000);
  let arrived = 0;
  webSocket.on("message", () => arrived++);
  webSocket.resume();
  await vi.waitFor(() => expect([arrived, heard.log]).toEqual([sent, ["drained"]]), { interval: 2, timeout: 4_000 });
}

describe("a message that many transports send", () => {
  const shared = (text: string) => ({
    text,
    bytes: Buffer.byteLength(text),
    framed: undefined as Uint8Array | undefined,
  });

  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])("of %d bytes arrives as it is, framed once", async (bytes) => {
    const [one, other] = [await client(), await client()];
    const message = shared("x".repeat(bytes));
    const arrived = [one, other].map(({ webSocket }) => once(webSocket, "message"));
    const frames = [one, other].map(({ transport }) => {
      expect(transport.sendShared?.(message)).toBe(true);
      return message.framed;
    });
    expect(frames[0]).toBe(frames[1]);
    for (const [data, isBinary] of await Promise.all(arrived)) {
      expect([String(data) === message.text, isBinary]).toEqual([true, false]);
    }
  });

  it("keeps its place among the others", async () => {
    const { webSocket, transport } = await client();
    const heard: string[] = [];
    webSocket.on("message", (data) => heard.push(String(data)));
    transport.send("1");
    transport.sendShared?.(shared("2 €"));
    transport.send("3");
    transport.sendShared?.(shared("4"));
    await soon(() => expect(heard).toEqual(["1", "2 €", "3", "4"]));
  });

  it("counts as any other where the other end does not read, and drains when it does", async () => {
    const message = shared("x".repeat(64 * KiB));
    await expectDrained((transport) => transport.sendShared?.(message));
  });

  it("does nothing after its end", async () => {
    const { webSocket, transport } = await client();
    const heard: string[] = [];
    webSocket.on("message", (data) => heard.push(String(data)));
    transport.close(1000, "done");
    expect(transport.sendShared?.(shared("late"))).toBe(true);
    await once(webSocket, "close");
    expect(heard).toEqual([]);
  });
});

describe("a message in pieces", () => {
  const pieces = (size: number) => {
    const bytes = Uint8Array.from({ length: size + 9 }, (_, index) => index * 7);
    return [bytes.subarray(0, 9), bytes.subarray(9)];
  };

  it.each([0, 100, 16_375, 16_376, 65_526, 65_527, 200_000])("of %d bytes and more arrives as one", async (size) => {
    const { webSocket, transport } = await client();
    const arrived = once(webSocket, "message");
    const sent = pieces(size);
    expect(transport.sendPieces?.(sent)).toBe(true);
    const [data, isBinary] = (await arrived) as [Buffer, boolean];
    expect([Buffer.compare(data, Buffer.concat(sent)), isBinary]).toEqual([0, true]);
  });

  it("keeps its place among the others", async () => {
    const { webSocket, transport } = await client();
    const heard: number[] = [];
    webSocket.on("message", (data: Buffer) => heard.push(data.length));
    transport.send("1");
    transport.sendPieces?.(pieces(20_000));
    transport.send("three");
    transport.sendPieces?.(pieces(100_000));
    await soon(() => expect(heard).toEqual([1, 20_009, 5, 100_009]));
  });

  it.each([-20, -10, -5, 0, 1])(
    "of what comes to %d bytes beyond the mark is said to wait only if it drains",
    async (over) => {
      const { webSocket, transport, heard } = await client();
      webSocket.pause();
      const [inner] = [...sockets] as [Socket];
      while (inner.writableLength === 0) {
        transport.send(new Uint8Array(64 * KiB));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const bytes = 256 * KiB - inner.writableLength + over;
      const taken = transport.sendPieces?.([new Uint8Array(100), new Uint8Array(bytes - 100)]);
      webSocket.resume();
      await vi.waitFor(() => expect([inner.writableLength, heard.log]).toEqual([0, taken ? [] : ["drained"]]));
    },
  );

  it("counts as any other where the other end does not read, and drains when it does", async () => {
    await expectDrained((transport) => transport.sendPieces?.(pieces(64 * KiB)));
  });

  it("does nothing after its end", async () => {
    const { webSocket, transport } = await client();
    const heard: number[] = [];
    webSocket.on("message", (data: Buffer) => heard.push(data.length));
    transport.close(1000, "done");
    expect(transport.sendPieces?.(pieces(50_000))).toBe(true);
    await once(webSocket, "close");
    expect(heard).toEqual([]);
  });
});

describe("R9: a reader that does not read", () => {
  it("makes send return false above 256 KiB, and is drained once when it reads again", async () => {
    const { webSocket, transport, heard } = await client();
    webSocket.pause();
    let sent = 0;
    const message = "x".repeat(64 * KiB);
    while (transport.send(message)) sent++;
    expect(sent).toBeGreaterThan(2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.log).toEqual([]);
    expect(transport.send("one more")).toBe(false);
    let received = 0;
    webSocket.on("message", () => received++);
    webSocket.resume();
    await soon(() => expect(received).toBe(sent + 2));
    expect(heard.log).toEqual(["drained"]);
    expect(transport.send("again")).toBe(true);
  });

  it("is drained again each time it was congested", async () => {
    const { transport, heard } = await client();
    for (let round = 1; round <= 3; round++) {
      while (transport.send("x".repeat(300 * KiB)));
      await soon(() => expect(heard.log).toHaveLength(round));
    }
    expect(new Set(heard.log)).toEqual(new Set(["drained"]));
  });

  it("is not drained after a close", async () => {
    const { webSocket, transport, heard } = await client();
    webSocket.pause();
    while (transport.send("x".repeat(64 * KiB)));
    transport.close(4430, "reader too slow");
    webSocket.resume();
    await soon(() => expect(heard.log).toEqual(["closed 4430 reader too slow"]));
  });
});

describe("R18: close", () => {
  it("tells the other end why, and is done when that has answered", async () => {
    const { webSocket, transport, heard } = await client();
    const closed = once(webSocket, "close");
    transport.close(4408, "no hello in time");
    const [code, reason] = await closed;
    expect(`${code} ${reason}`).toBe("4408 no hello in time");
    await soon(() => expect(heard.log).toEqual(["closed 4408 no hello in time"]));
    expect(clock.pending).toBe(0);
  });

  it("ends by force after two seconds when the other end never answers", async () => {
    const { socket, transport, heard } = await raw();
    transport.close(4400, "protocol violation");
    transport.close(4401, "again");
    clock.advance(1_999);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.log).toEqual([]);
    clock.advance(1);
    await soon(() => expect(heard.log).toEqual(["closed 4400 protocol violation"]));
    expect(sockets.size).toBe(0);
    socket.destroy();
  });

  it("ends by force when the other end does not even read", async () => {
    const { webSocket, transport, heard } = await client();
    webSocket.pause();
    while (transport.send("x".repeat(64 * KiB)));
    transport.close(1012, "server restarts");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.log).toEqual([]);
    clock.advance(2_000);
    await soon(() => expect(heard.log).toEqual(["closed 1012 server restarts"]));
  });

  it("ends without a listener too", async () => {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, "trunkline.1");
    await once(webSocket, "open");
    transports[0]?.close(1012, "server restarts");
    // Sooner than anybody's two seconds: the answer is read, though nobody listens.
    await soon(() => expect(webSocket.readyState).toBe(WebSocket.CLOSED));
    await soon(() => expect(sockets.size).toBe(0));
    const { heard } = listened();
    await soon(() => expect(heard.log).toEqual(["closed 1012 server restarts"]));
  });

  it("F15: drops what comes after it", async () => {
    const { webSocket, transport, heard } = await client();
    webSocket.send("before");
    await soon(() => expect(heard.log).toHaveLength(1));
    webSocket.send("crosses the close");
    webSocket.ping();
    transport.close(4400, "protocol violation");
    await soon(() => expect(heard.log).toHaveLength(2));
    expect(heard.log).toEqual(["message before", "closed 4400 protocol violation"]);
  });

  it("F15: drops what crosses it on the way, pongs included", async () => {
    const { socket, transport, heard } = await raw();
    transport.close(4400, "protocol violation");
    const answer = frame(CLOSE, Buffer.from([0x11, 0x30]));
    socket.end(Buffer.concat([frame(TEXT, "late"), frame(0x8a), frame(0x82, "binary"), answer]));
    await soon(() => expect(heard.log).toEqual(["closed 4400 protocol violation"]));
  });

  it("F15: drops what the other end sends after its own close", async () => {
    const { socket, heard } = await raw();
    socket.write(Buffer.concat([frame(CLOSE, Buffer.from([0x03, 0xe8])), frame(TEXT, "late")]));
    socket.end();
    await soon(() => expect(heard.log).toEqual(["closed 1000 "]));
  });
});

describe("bad frames", () => {
  /** Sends bytes, and gives the code of the close frame that comes back. */
  async function answer(...parts: Buffer[]): Promise<number | undefined> {
    const { socket, received, heard } = await raw();
    for (const part of parts) socket.write(part);
    await soon(() => expect(received().length).toBeGreaterThan(0));
    socket.end();
    await soon(() => expect(heard.log.at(-1)).toMatch(/^closed/));
    expect(heard.log).toHaveLength(1);
    // What the other end is told and what this end hears is the same.
    const code = closeCode(received());
    expect(heard.log[0]).toMatch(`closed ${code} `);
    return code;
  }

  it("F1: all first bytes with all kinds of length leave the server alive", { timeout: 30_000 }, async () => {
    for (const length of [0, 1, 125, 126]) {
      const streams = Array.from({ length: 256 }, async (_, first) => {
        const socket = connect({ port, host: "127.0.0.1" });
        socket.on("error", () => {});
        socket.resume();
        socket.end(Buffer.concat([Buffer.from(UPGRADE), frame(first, Buffer.alloc(length, 0x61))]));
        await once(socket, "close");
      });
      const listening = setInterval(() => {
        for (const transport of transports.splice(0)) transport.listen(new Heard());
      }, 1);
      await Promise.all(streams);
      clearInterval(listening);
    }
    const { webSocket, heard } = await client();
    webSocket.send("alive");
    await soon(() => expect(heard.log).toEqual(["message alive"]));
  });

  it.each<[string, Buffer]>([
    ["RSV2", frame(0xa1)],
    ["RSV1 without an extension", frame(0xc1)],
    ["an unknown opcode", frame(0x83)],
    ["a continuation of nothing", frame(0x80)],
    ["a fragmented ping", frame(0x09)],
    ["a ping of 126 bytes", frame(0x89, Buffer.alloc(126))],
    ["no mask", Buffer.concat([head(TEXT, 1, 0), Buffer.from("a")])],
  ])("F1: answers %s with 1002", async (_name, bytes) => {
    expect(await answer(bytes)).toBe(1002);
  });

  it("F1: is gone after two seconds, though the other end keeps its half open", async () => {
    const { socket, received, heard } = await raw();
    socket.write(frame(0x83));
    await soon(() => expect(closeCode(received())).toBe(1002));
    // Whoever listens need not wait for it.
    expect(heard.log).toEqual(["closed 1002 WebSocket protocol error"]);
    expect(sockets.size).toBe(1);
    clock.advance(2_000);
    await soon(() => expect(sockets.size).toBe(0));
    expect(heard.log).toHaveLength(1);
    socket.destroy();
  });

  it("F2: answers broken UTF-8 with 1007, and takes a code point split between fragments", async () => {
    expect(await answer(frame(TEXT, Buffer.from([0xc3, 0x28])))).toBe(1007);
    expect(await answer(frame(TEXT, Buffer.from([0xed, 0xa0, 0x80])))).toBe(1007);
    const { socket, heard } = await raw();
    socket.write(Buffer.concat([frame(0x01, Buffer.from([0xf0, 0x9f])), frame(0x80, Buffer.from([0x9a, 0x83]))]));
    await soon(() => expect(heard.log).toEqual(["message 🚃"]));
  });

  it("F3: takes a message of exactly the limit, and refuses one byte more by its declared length", async () => {
    serve({ messageBytes: 1_000 });
    for (const length of [999, 1_000]) {
      const { webSocket, heard } = await client();
      webSocket.send("x".repeat(length));
      await soon(() => expect(heard.log).toHaveLength(1));
      webSocket.terminate();
    }
    for (const length of [1_001n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await answer(head(TEXT, length))).toBe(1009);
    }
  });

  it("F3: counts the fragments of a message together", async () => {
    serve({ messageBytes: 1_000 });
    expect(await answer(frame(0x01, "x".repeat(600)), frame(0x80, "x".repeat(401)))).toBe(1009);
  });

  it("F4: answers more fragments than a message can need with 1008", async () => {
    expect(await answer(Buffer.concat([frame(0x01), ...Array.from({ length: 5_000 }, () => frame(0x00))]))).toBe(1008);
  });

  it("F5: answers a message that comes byte by byte with 1008", { timeout: 30_000 }, async () => {
    serve({ messageBytes: 64 * KiB });
    const { socket, received, heard } = await raw();
    socket.write(Buffer.concat([head(TEXT, 60 * KiB), MASK]));
    for (let sent = 0; sent < 60 * KiB - 1 && received().length === 0; sent++) {
      socket.write("x");
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closeCode(received())).toBe(1008);
    socket.end();
    await soon(() => expect(heard.log).toHaveLength(1));
  });

  it("F10: passes binary messages on as bytes, and sends bytes as binary messages", async () => {
    const { socket, transport, heard, received } = await raw();
    socket.write(Buffer.concat([frame(0x82, Buffer.from([0, 255, 10])), frame(TEXT, "text")]));
    await soon(() => expect(heard.log).toEqual(["message bytes 0,255,10", "message text"]));
    transport.send(new Uint8Array([1, 2, 3]));
    await soon(() => expect([...received()]).toEqual([0x82, 3, 1, 2, 3]));
    socket.end();
  });

  it.each<[string, number[], number]>([
    ["code 0", [0, 0], 1002],
    ["code 999", [0x03, 0xe7], 1002],
    ["code 1004", [0x03, 0xec], 1002],
    ["code 1005", [0x03, 0xed], 1002],
    ["code 1006", [0x03, 0xee], 1002],
    ["code 5000", [0x13, 0x88], 1002],
    ["one byte", [0x03], 1002],
    ["a reason that is not UTF-8", [0x03, 0xe8, 0xff], 1007],
  ])("F12: answers a close with %s", async (_name, payload, expected) => {
    expect(await answer(frame(CLOSE, Buffer.from(payload)))).toBe(expected);
  });

  it("F16: drops one who pings and never reads, within a bounded number of bytes", { timeout: 30_000 }, async () => {
    const { socket, transport, heard } = await raw();
    socket.pause();
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0x89, Buffer.alloc(125))));
    const [serverSocket] = sockets;
    let buffered = 0;
    for (let sent = 0; sent < 500 && heard.log.length === 0; sent++) {
      socket.write(pings);
      await new Promise((resolve) => setImmediate(resolve));
      buffered = Math.max(buffered, serverSocket?.writableLength ?? 0);
    }
    await soon(() => expect(heard.log).toEqual(["closed 1006 "]));
    expect(buffered).toBeLessThan(256 * KiB);
    expect(transport.send("late")).toBe(true);
    socket.destroy();
  });
});

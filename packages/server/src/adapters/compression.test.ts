import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { deflateRawSync } from "node:zlib";
import { defaultLimits, type Transport } from "@trunkline/core";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { Admission } from "../admission.js";
import { type CompressionOptions, checkedCompression } from "./compression.js";
import { acceptUpgrades, type UpgradeOptions } from "./upgrade.js";

const KiB = 1024;
/** Compressing takes processor time, so only what hangs is given up. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2, timeout: 10_000 });
vi.setConfig({ testTimeout: 20_000 });

let http: Server;
let port: number;
let clock: VirtualClock;
let close: (() => void) | undefined;
let log: string[];
const transports: Transport[] = [];
const sockets = new Set<Socket>();

beforeEach(async () => {
  http = createServer().listen(0, "127.0.0.1");
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await once(http, "listening");
  ({ port } = http.address() as AddressInfo);
  clock = new VirtualClock();
  log = [];
});

afterEach(async () => {
  close?.();
  close = undefined;
  for (const socket of sockets) socket.destroy();
  http.close();
  await soon(() => expect(sockets.size).toBe(0));
  await soon(() => expect(clock.idle).toBe(true));
  transports.length = 0;
});

function serve(compression: boolean | CompressionOptions = true, more: Partial<UpgradeOptions> = {}): void {
  const door = { path: "/", origins: "same-origin", limits: defaultLimits, clock, admission: new Admission() } as const;
  const heard = log;
  const options = { ...door, compression: checkedCompression(compression), ...more };
  close = acceptUpgrades(http, options, (transport) => {
    transports.push(transport);
    transport.listen({
      message: (data) => heard.push(typeof data === "string" ? data : `bytes ${data.length}`),
      alive: () => heard.push("alive"),
      drained: () => heard.push("drained"),
      closed: (code, reason) => heard.push(`closed ${code} ${reason}`),
    });
  }).close;
}

const OFFER = "permessage-deflate; client_max_window_bits";

/** A socket that has offered this, the extensions it was answered with, and what has come since. */
async function raw(offer = OFFER): Promise<{ socket: Socket; answer: string | undefined; received: () => Buffer }> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  let received = Buffer.alloc(0);
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
  });
  const request = [
    "GET / HTTP/1.1",
    "Host: a",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: trunkline.1",
    `Sec-WebSocket-Extensions: ${offer}`,
  ];
  socket.write(`${request.join("\r\n")}\r\n\r\n`);
  await soon(() => expect(received.includes("\r\n\r\n")).toBe(true));
  const end = received.indexOf("\r\n\r\n") + 4;
  const head = received.subarray(0, end).toString();
  expect(head).toMatch(/^HTTP\/1\.1 101 /);
  return { socket, answer: /extensions: (.*)\r/i.exec(head)?.[1], received: () => received.subarray(end) };
}

/** What a compressed message has for its payload. */
const deflated = (text: string | Buffer): Buffer => {
  const bytes = deflateRawSync(text, { windowBits: 12, finishFlush: 2 });
  return bytes.subarray(0, bytes.length - 4);
};

const COMPRESSED = 0xc1;
const FIRST_PART = 0x41;
const PART = 0x00;
const LAST_PART = 0x80;

/** One frame of a client, whose mask is zero. */
function frame(first: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 10);
  head[0] = first;
  head[1] = 0x80 | (payload.length < 126 ? payload.length : 127);
  if (payload.length >= 126) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

describe("what is agreed on", () => {
  const agreed =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12";

  it.each([
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate; client_max_window_bits=15; server_max_window_bits=12",
    "permessage-deflate, permessage-deflate; client_max_window_bits",
    "x-other; a=b, permessage-deflate; client_max_window_bits",
  ])("F7: %j is compressed with small windows, and nothing is kept between messages", async (offer) => {
    serve();
    const parts = ((await raw(offer)).answer ?? "").split("; ");
    expect(parts.sort()).toEqual(agreed.split("; ").sort());
  });

  it.each([
    // Firefox and Safari: how large their windows are cannot be asked of them.
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits=11",
    "permessage-deflate; client_max_window_bits; server_max_window_bits=11",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_max_window_bits=1e1",
    "permessage-deflate; client_max_window_bits; constructor",
    "permessage-deflate; ".repeat(200),
    ";;;",
    "x-webkit-deflate-frame",
    "constructor, __proto__",
  ])("F7, H8: %j is served, and not compressed", async (offer) => {
    serve();
    const { answer, socket } = await raw(offer);
    expect(answer).toBeUndefined();
    socket.write(frame(0x81, Buffer.from("hello")));
    await soon(() => expect(log).toEqual(["hello"]));
  });

  it("is nothing, unless somebody asks for it", async () => {
    serve(false);
    expect((await raw()).answer).toBeUndefined();
    expect(checkedCompression(undefined)).toBeUndefined();
  });

  it.each([
    { level: 0 },
    { level: 10 },
    { level: 1.5 },
    { thresholdBytes: -1 },
    { thresholdBytes: Number.NaN },
    { concurrency: 0 },
    { concurrency: Infinity },
  ])("cannot be %j", (options) => {
    expect(() => checkedCompression(options)).toThrow(/^compression\.\w+ must be a whole number from/);
  });
});

describe("a compressed transport", () => {
  it("sends as they are the messages below the threshold, and compresses the others", async () => {
    serve({ thresholdBytes: 100 });
    const { received } = await raw();
    transports[0]?.send("x".repeat(99));
    await soon(() => expect(received()).toHaveLength(101));
    expect(received()[0]).toBe(0x81);
    transports[0]?.send("x".repeat(100));
    await soon(() => expect(received()[101]).toBe(COMPRESSED));
    expect(received().length).toBeLessThan(130);
  });

  it("keeps the order of short and long messages, of texts and bytes, both ways", async () => {
    serve();
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, "trunkline.1", {
      perMessageDeflate: { threshold: 100 },
    });
    const heard: string[] = [];
    webSocket.on("message", (data: Buffer, isBinary) => heard.push(isBinary ? `bytes ${data.length}` : String(data)));
    await once(webSocket, "open");
    expect(webSocket.extensions).toBe("permessage-deflate");
    const expected: string[] = [];
    for (let round = 0; round < 20; round++) {
      const long = `${round} ${"🚃ä漢".repeat(300)}`;
      for (const end of [webSocket, transports[0] as Transport]) {
        end.send(long);
        end.send(String(round));
        end.send(new Uint8Array(5_000));
      }
      expected.push(long, String(round), "bytes 5000");
    }
    const said = () => log.filter((entry) => entry !== "drained");
    await soon(() => expect(said()).toHaveLength(60));
    await soon(() => expect(heard).toHaveLength(60));
    expect(said()).toEqual(expected);
    expect(heard).toEqual(expected);
    webSocket.close();
    await soon(() => expect(log.at(-1)).toMatch(/^closed/));
  });

  it("R9: counts what waits to be compressed as unsent, and is drained", async () => {
    serve();
    await raw();
    while (transports[0]?.send("x".repeat(64 * KiB)));
    await soon(() => expect(log).toEqual(["drained"]));
  });

  it("R18: closes while it compresses and inflates, after what it has said", async () => {
    serve();
    const { socket, received } = await raw();
    transports[0]?.send("x".repeat(200 * KiB));
    socket.write(frame(COMPRESSED, deflated(Buffer.alloc(500 * KiB, " "))));
    transports[0]?.close(1012, "server restarts");
    await soon(() => expect(received().includes("server restarts")).toBe(true));
    expect(received()[0]).toBe(COMPRESSED);
    socket.destroy();
    await soon(() => expect(log).toEqual(["closed 1012 server restarts"]));
  });

  it.each([
    ["a message", [frame(COMPRESSED, deflated(Buffer.alloc(1_025 * KiB)))]],
    ["a message of 32 MiB", [frame(COMPRESSED, deflated(Buffer.alloc(32 * KiB * KiB)))]],
  ])("F7: %s that is too large once it is inflated closes with 1009", async (_name, parts) => {
    serve();
    const { socket } = await raw();
    for (const part of parts) socket.write(part);
    await soon(() => expect(log).toEqual(["closed 1009 message too big for WebSocket limits"]));
    socket.destroy();
  });

  it("F7: parts that are too large together once they are inflated close with 1009", async () => {
    serve();
    const { socket } = await raw();
    const all = deflated(Buffer.alloc(1_025 * KiB));
    const third = Math.floor(all.length / 3);
    socket.write(frame(FIRST_PART, all.subarray(0, third)));
    socket.write(frame(PART, all.subarray(third, 2 * third)));
    expect(log).toEqual([]);
    socket.write(frame(LAST_PART, all.subarray(2 * third)));
    await soon(() => expect(log).toEqual(["closed 1009 message too big for WebSocket limits"]));
    socket.destroy();
  });

  it("takes a message of exactly the full size", async () => {
    serve();
    const { socket } = await raw();
    socket.write(frame(COMPRESSED, deflated(Buffer.alloc(1_024 * KiB, "x"))));
    await soon(() => expect(log.map((message) => message.length)).toEqual([1_024 * KiB]));
  });

  it.each([
    ["what cannot be inflated", frame(COMPRESSED, Buffer.alloc(50, 0xff)), 1007],
    ["a distance beyond its window", frame(COMPRESSED, Buffer.from([0x4b, 0x04, 0xf1, 0xff, 0xff])), 1007],
    ["broken UTF-8", frame(COMPRESSED, deflated(Buffer.from([0xc3, 0x28]))), 1007],
    ["a compressed ping", frame(0xc9, deflated("ping")), 1002],
    [
      "a part marked as compressed",
      Buffer.concat([frame(FIRST_PART, deflated("a")), frame(0xc0, deflated("b"))]),
      1002,
    ],
  ])("%s ends the session", async (_name, bytes, code) => {
    serve();
    const { socket, received } = await raw();
    socket.write(bytes);
    await soon(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(new RegExp(`^closed ${code} .`));
    await soon(() => expect(received().subarray(0, 4)).toEqual(Buffer.from([0x88, 2, code >> 8, code & 255])));
    socket.destroy();
  });

  it("N6: gives a compressed message that does not get on as long as any other", async () => {
    serve();
    const { socket } = await raw();
    socket.write(frame(COMPRESSED, deflated("whole")));
    await soon(() => expect(log).toEqual(["whole"]));
    expect(clock.idle).toBe(true);
    socket.write(frame(FIRST_PART, deflated("half")));
    await soon(() => expect(clock.idle).toBe(false));
    clock.advance(defaultLimits.messageMs);
    await soon(() => expect(log.at(-1)).toMatch(/^closed 4418 /));
    socket.destroy();
  });

  it("R2: is held to a rate by what comes over the wire, not by what it becomes", async () => {
    serve(true, { rate: { bytesPerSecond: 16 * KiB } });
    const { socket } = await raw();
    const message = frame(COMPRESSED, deflated(Buffer.alloc(1_000 * KiB, "x")));
    expect(message.length).toBeLessThan(2 * KiB);
    for (let sent = 0; sent < 3; sent++) socket.write(message);
    await soon(() => expect(log.map(({ length }) => length)).toEqual([1_000 * KiB, 1_000 * KiB, 1_000 * KiB]));
    expect(clock.idle).toBe(true);
  });
});

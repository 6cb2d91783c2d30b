import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { deflateRawSync } from "node:zlib";
import { type Client, type ConnectionStatus, createClient } from "@trunkline/client";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import { contract } from "./contract.js";
import { Victim } from "./keeper.js";
import { frame, type Line, upgrade } from "./line.js";

/** Small messages that become large ones, or nothing at all. */
const KiB = 1024;
const MiB = 1024 * KiB;
const COMPRESSED = { rsv: 4 };

/** The payload of a compressed message. */
function deflated(plain: string | Buffer): Buffer {
  const bytes = deflateRawSync(plain, { windowBits: 12, finishFlush: 2 });
  return bytes.subarray(0, bytes.length - 4);
}

describe("a server that compresses", () => {
  let victim: Victim;
  beforeAll(async () => {
    victim = await Victim.open({ compression: true, limits: { resumeMs: 1_000 } });
  });
  afterAll(() => victim[Symbol.asyncDispose]());

  async function line(): Promise<Line> {
    const offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    return victim.line({ request: upgrade(victim.port, "/", [offer]) });
  }

  const wrong: readonly [string, Buffer, number][] = [
    ["32 MiB in 32 KiB", frame("text", deflated(Buffer.alloc(32 * MiB)), COMPRESSED), 1009],
    ["one byte too many", frame("text", deflated(Buffer.alloc(MiB + 1, " ")), COMPRESSED), 1009],
    ["what is not deflated", frame("text", Buffer.alloc(1_000, 0xff), COMPRESSED), 1007],
    ["a compressed close", frame("close", Buffer.from([3, 232]), COMPRESSED), 1002],
    ["nested arrays", frame("text", deflated("[".repeat(MiB)), COMPRESSED), 4400],
  ];

  test("F7: what cannot or must not be inflated ends the session", () =>
    victim.survives(async () => {
      for (const [what, bytes, code] of wrong) {
        const first = await line();
        const session = (await first.hello())?.session;
        first.raw(bytes);
        expect(await first.closed(15_000), what).toBe(code);
        const second = await line();
        expect(await second.hello({ session }), what).toMatchObject({ resumed: false });
        second.destroy();
      }
    }));

  test("F7, F9: many bombs at once are inflated a few at a time, and hold no more than a message for each socket", () =>
    victim.survives(
      async () => {
        const bomb = frame("text", deflated(Buffer.alloc(64 * MiB, " ")), COMPRESSED);
        const before = (await victim.condition()).heldBytes;
        const lines = await Promise.all(Array.from({ length: 30 }, line));
        for (const each of lines) for (let count = 0; count < 5; count++) each.raw(bomb);
        // Asked in the middle of it.
        expect((await victim.condition()).heldBytes - before).toBeLessThan(30 * 2 * MiB);
        for (const each of lines) expect(await each.closed(15_000)).toBe(1009);
      },
      { loopMs: 3_000 },
    ));

  test("F9: messages that become a thousand times larger, for as long as they are no larger than may be", () =>
    victim.survives(
      async () => {
        const padded = (seq: number) =>
          deflated(`[[${seq},0],[1,${2 * seq - 1},"anything",0,null,1]${" ".repeat(MiB - 50)}]`);
        const one = await line();
        await one.hello();
        for (let seq = 1; seq <= 50; seq++) one.frame("text", padded(seq), COMPRESSED);
        await one.until(() => one.frames.length === 50, 15_000);
      },
      { loopMs: 3_000 },
    ));
});

describe("a client that lets its messages be compressed", () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const clients: Client<typeof contract>[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.$connection.close();
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) server.close();
    await vi.waitFor(() => expect(sockets.size).toBe(0));
  });

  async function against(server: Server, compression: boolean) {
    servers.push(server);
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const client = createClient(contract, { url, compression, random: () => 0.01 });
    clients.push(client);
    const seen: ConnectionStatus["state"][] = [];
    client.$connection.subscribe(({ state }) => seen.push(state));
    const answer = client.echo({ text: "?" }, { timeoutMs: 1_500 }).catch((error: unknown) => error);
    return { answer, seen };
  }

  test.each([
    [true, "permessage-deflate; server_max_window_bits=16"],
    [true, "permessage-deflate; server_max_window_bits=7"],
    [true, "permessage-deflate; server_max_window_bits=-1"],
    [true, "permessage-deflate; client_max_window_bits=15"],
    [true, "permessage-deflate; constructor"],
    [true, "permessage-deflate, permessage-deflate; server_max_window_bits=99"],
    [false, "permessage-deflate"],
  ])("F8: compression %s, answered with %j, does not open", async (compression, extensions) => {
    let asked = 0;
    const server = createServer().on("upgrade", (request, socket) => {
      asked++;
      const accept = acceptOf(String(request.headers["sec-websocket-key"]));
      const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", accept];
      socket.write(
        [...head, "Sec-WebSocket-Protocol: trunkline.1", `Sec-WebSocket-Extensions: ${extensions}`, "", ""].join(
          "\r\n",
        ),
      );
    });
    const { answer, seen } = await against(server, compression);
    expect(await answer).toMatchObject({ outcome: "not-sent" });
    expect(asked).toBeGreaterThan(0);
    expect(seen).not.toContain("ready");
  });

  test("F7: is told a bomb, and closes with 1009", async () => {
    const server = createServer();
    const codes: number[] = [];
    const accepted = new WebSocketServer({ server, perMessageDeflate: true, handleProtocols: () => "trunkline.1" });
    accepted.on("connection", (webSocket) => {
      webSocket.on("error", () => {});
      webSocket.on("close", (code) => codes.push(code));
      webSocket.once("message", () => webSocket.send(" ".repeat(64 * MiB)));
    });
    const { answer } = await against(server, true);
    expect(await answer).toMatchObject({ outcome: "not-sent" });
    await vi.waitFor(() => expect(codes[0]).toBe(1009), 10_000);
  });
});

function acceptOf(key: string): string {
  const hash = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return `Sec-WebSocket-Accept: ${hash}`;
}

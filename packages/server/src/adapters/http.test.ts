import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpServer } from "./http.js";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function ask(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString("latin1");
  });
  socket.on("error", () => {});
  socket.write(request);
  await once(socket, "close");
  return answer;
}

describe("createHttpServer", () => {
  it("answers a plain request with 426, and names what to upgrade to", async () => {
    const port = await listening(createHttpServer());
    const answer = await ask(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(answer).toMatch(/\r\nupgrade: websocket\r\n[\s\S]*This is a WebSocket endpoint\.\n$/);
  });

  it("leaves plain requests to the handler it is given", async () => {
    const port = await listening(createHttpServer((_request, response) => response.end("healthy")));
    expect(await ask(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/200 OK[\s\S]*healthy/);
  });

  it("H14: bounds the time a request may take to arrive", () => {
    const server = createHttpServer();
    expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 10_000 });
  });

  it.each([
    ["more than 8 KiB of headers", `X: ${"a".repeat(8_192)}\r\n`],
    ["2,001 headers", Array.from({ length: 2_001 }, (_, at) => `X${at}: 1\r\n`).join("")],
  ])("H7: answers 431 to %s", async (_name, headers) => {
    const port = await listening(createHttpServer());
    expect(await ask(port, `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

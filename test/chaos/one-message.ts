/** The floor of head of line: a server written by hand over `ws`, which sends each answer as one message. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import type { Line } from "./head-of-line.js";

interface Request {
  readonly id: number;
  /** How long a text to answer with; without it the id is the answer. */
  readonly length?: number;
}

export async function serveOneMessage(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      const { id, length } = JSON.parse(String(data)) as Request;
      socket.send(JSON.stringify({ id, result: length === undefined ? id : "x".repeat(length) }));
    });
  });
  await once(server, "listening");
  const close = () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    return Promise.resolve();
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

export async function dialOneMessage(url: string): Promise<Line> {
  const socket = new WebSocket(url, { maxPayload: 0 });
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  let losses = 0;
  socket.on("message", (data) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  socket.on("close", () => losses++);
  await once(socket, "open");
  const ask = <Result>(length?: number) =>
    new Promise<unknown>((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, length }));
    }) as Promise<Result>;
  return {
    large: (length) => ask<string>(length),
    small: async (number) => {
      await ask<number>();
      return number;
    },
    losses: () => losses,
    close: () => socket.terminate(),
  };
}

/** A WebSocket server of `ws` on a free port, for frameworks that are put on one, and a socket to it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

/** Room for the largest message that is measured. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export async function listen(protocols?: (offered: Set<string>) => string | false) {
  const options = { port: 0, host: "127.0.0.1", maxPayload: MAX_MESSAGE_BYTES };
  const sockets = new WebSocketServer(protocols ? { ...options, handleProtocols: protocols } : options);
  await once(sockets, "listening");
  return { sockets, port: (sockets.address() as AddressInfo).port };
}

export async function dial(port: number): Promise<WebSocket> {
  const socket = new WebSocket(addressOf(port));
  await once(socket, "open");
  return socket;
}

export const addressOf = (port: number): string => `ws://127.0.0.1:${port}`;

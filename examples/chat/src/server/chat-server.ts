/** The whole chat on one HTTP server: the page over plain requests, the calls over its upgrades. */
import { randomBytes } from "node:crypto";
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "@trunkline/server";
import { guestNames } from "./dialogue.js";
import { playGuests } from "./guests.js";
import { House } from "./house.js";
import { type ChatContext, router } from "./router.js";
import { identify } from "./user.js";

export interface ChatServerOptions {
  /** 0: a free one. One that is taken is replaced by a free one. */
  readonly port: number;
  /** Default: loopback. */
  readonly host?: string;
  /** Answers plain requests. */
  readonly page: RequestListener;
  /** Multiplies the guests' pauses; `undefined`: no guests. */
  readonly guestTempo?: number;
}

export interface ChatServer extends AsyncDisposable {
  readonly http: HttpServer;
  /** The port it listens on. */
  readonly port: number;
  /** For people. */
  readonly url: string;
  /** For clients. */
  readonly rpcUrl: string;
  /** Sends everybody away in good order, and releases the port. */
  drain(): Promise<void>;
}

export async function startChat({
  port,
  host = "127.0.0.1",
  page,
  guestTempo,
}: ChatServerOptions): Promise<ChatServer> {
  const house = new House();
  const keys = new Map(guestNames.map((name) => [name, randomBytes(16).toString("base64url")]));
  const server = createServer(router, {
    context: ({ auth }): ChatContext => ({ house, user: identify(auth, keys) }),
    identity: ({ user }) => user?.name,
    onConnect: ({ id }, { user }) => user && house.arrive(user.name, id),
    onDisconnect: ({ id }) => house.leave(id),
  });
  const http = createHttpServer(page);
  server.attach(http, { path: "/rpc" });
  await listen(http, port, host);
  const { port: taken } = http.address() as AddressInfo;

  const guestsLeave = new AbortController();
  const rpcUrl = `ws://${host}:${taken}/rpc`;
  const guests =
    guestTempo === undefined
      ? undefined
      : playGuests({ url: rpcUrl, keys, tempo: guestTempo, signal: guestsLeave.signal });
  guests?.catch((error: unknown) => console.error("the guests left early:", error));

  const drain = async () => {
    guestsLeave.abort();
    await guests?.catch(() => {});
    await server.drain({ spreadMs: 200, deadlineMs: 2_000 });
    await released(http);
  };
  return { http, port: taken, url: `http://${host}:${taken}`, rpcUrl, drain, [Symbol.asyncDispose]: drain };
}

/** Listens on the port, or on a free one where that is taken. */
async function listen(http: HttpServer, port: number, host: string): Promise<void> {
  const attempt = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      http.once("error", reject);
      http.listen(wanted, host, () => {
        http.off("error", reject);
        resolve();
      });
    });
  try {
    await attempt(port);
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    await attempt(0);
  }
}

function released(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}

/**
 * The paths of an HTTP server that speak WebSocket: one `upgrade` listener for all of them, so that it is known which
 * requests are nobody's. It comes with the first path and goes with the last.
 */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { refuse } from "./refusal.js";

/** An HTTP server that upgrades can be taken from. */
export type UpgradableServer = HttpServer | HttpsServer;

/** Takes the upgrade of one path. The socket has its `error` listener already. */
export type TakeUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

interface Routes {
  readonly paths: Map<string, TakeUpgrade>;
  readonly onUpgrade: TakeUpgrade;
}

const routesOf = new WeakMap<UpgradableServer, Routes>();

/**
 * Opens a path. Returns what closes it again.
 *
 * @throws Error if the path is taken; TypeError if it is none.
 */
export function openRoute(server: UpgradableServer, path: string, take: TakeUpgrade): () => void {
  if (!/^\/[^?#\s]*$/.test(path)) {
    throw new TypeError(`path must begin with a slash and hold no query, not ${JSON.stringify(path)}`);
  }
  const routes = routesOf.get(server) ?? listenTo(server);
  if (routes.paths.has(path)) throw new Error(`the path ${path} of this HTTP server serves WebSockets already`);
  routes.paths.set(path, take);
  return () => {
    if (routes.paths.get(path) !== take) return;
    routes.paths.delete(path);
    if (routes.paths.size > 0) return;
    server.off("upgrade", routes.onUpgrade);
    routesOf.delete(server);
  };
}

function destroy(this: Duplex): void {
  this.destroy();
}

function listenTo(server: UpgradableServer): Routes {
  const paths = new Map<string, TakeUpgrade>();
  const onUpgrade: TakeUpgrade = (request, socket, head) => {
    // Before anything else: a reset must not find the socket without a listener, whoever takes it.
    socket.on("error", destroy);
    const take = paths.get(rawPath(request.url ?? ""));
    if (take !== undefined && !socket.destroyed) return take(request, socket, head);
    if (server.listenerCount("upgrade") === 1) refuse(request, "notFound");
  };
  server.on("upgrade", onUpgrade);
  const routes = { paths, onUpgrade };
  routesOf.set(server, routes);
  return routes;
}

/** The request target up to its query, character by character as it came. */
function rawPath(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

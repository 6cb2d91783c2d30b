/** What a server may know of the HTTP request a transport began with. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/**
 * The upgrade request behind a connection, as it arrived. Never mixed with what the client says inside messages.
 */
export interface HttpInfo {
  /** The request target, query string included. Keep it out of logs: it may carry a secret. */
  readonly url: string;
  /** By lower-case name; without those of the upgrade itself, which mean nothing to a connection. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /**
   * The client's address: of whoever holds the other end of the socket, or, where that is a trusted proxy, of whom it
   * speaks for (`trustedProxies`).
   */
  readonly remoteAddress: string | undefined;
}

const ofUpgrade = /^(?:connection|upgrade|sec-websocket-(?:key|version|extensions|protocol))$/;

/** What remains of a request once its socket speaks WebSocket. */
export function httpInfo(request: IncomingMessage, remoteAddress: string | undefined): HttpInfo {
  return Object.freeze({
    url: request.url ?? "/",
    headers: Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !ofUpgrade.test(name)),
    ) as IncomingHttpHeaders,
    remoteAddress,
  });
}

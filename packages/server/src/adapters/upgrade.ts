/**
 * The door: which upgrades of an HTTP server become transports. What a request must say is judged in the turn it
 * arrives in and before `ws` sees it, so nothing can happen between the request and its transport.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Limits, Transport } from "@trunkline/core";
import type { Clock } from "@trunkline/core/internal";
import type { Admission, Admitted } from "../admission.js";
import { type HttpInfo, httpInfo } from "../http-info.js";
import { type OriginClaim, type Origins, originCheck } from "../origin.js";
import { clientAddress } from "./client-address.js";
import type { DeflateSettings } from "./compression.js";
import type { RateOptions } from "./inbound-watch.js";
import { refuse } from "./refusal.js";
import { isEncrypted, isLocal, malformed } from "./upgrade-request.js";
import { openRoute, type UpgradableServer } from "./upgrade-routes.js";
import { handshakes } from "./ws.js";

/** How one path of an HTTP server is opened to WebSockets. */
export interface UpgradeOptions {
  /** Compared with the raw path of the request, exactly; a query string is ignored. */
  readonly path: string;
  /** Which web pages may connect. */
  readonly origins: Origins;
  readonly limits: Limits;
  readonly clock: Clock;
  /** How much may arrive over one socket. Default: unbounded. */
  readonly rate?: RateOptions;
  /** Default: messages are not compressed. */
  readonly compression?: DeflateSettings | undefined;
  /** How many entries of `X-Forwarded-For` are believed, from the right. Default 0. */
  readonly trustedProxies?: number;
  /** Who may wait for a hello to be complete. May be shared by several paths. */
  readonly admission: Admission;
}

/** The door of one path of an HTTP server. */
export interface Acceptor {
  /** From now on every upgrade is answered with 503 and Retry-After. For draining. */
  refuse(): void;
  /** Stops listening. Transports that are open stay open. */
  close(): void;
}

/**
 * Hears of each transport in the turn of its upgrade. The transport reads nothing until somebody listens to it.
 * Whoever completes the hello says so to `admitted`; it gives back all it has when the socket closes.
 */
export type OnTransport = (transport: Transport, http: HttpInfo, admitted: Admitted) => void;

/**
 * Turns the WebSocket upgrades of one path into transports. Lives beside other `upgrade` listeners: a path that is not
 * ours is left to them, and answered with 404 where there are none.
 *
 * @throws Error if this path of this server is taken already; TypeError for a path, an origin or a number of proxies that is
 * none.
 */
export function acceptUpgrades(server: UpgradableServer, options: UpgradeOptions, onTransport: OnTransport): Acceptor {
  const { path, limits, clock, rate, compression, admission } = options;
  const addressOf = clientAddress(options.trustedProxies);
  const mayConnect = originCheck(options.origins);
  const shakeHands = handshakes({ ...rate, limits, clock, compression });
  let refusing = false;

  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (refusing) return refuse(request, "draining");
    const fault = malformed(request);
    if (fault !== undefined) return refuse(request, fault);
    if (!mayConnect(claimOf(request))) return refuse(request, "origin");
    const address = addressOf(request);
    const admitted = admission.enter(address);
    if (admitted === undefined) return refuse(request, "busy");
    (socket as AdmittedSocket)[place] = admitted;
    socket.on("close", release);
    const transport = shakeHands(request, head);
    if (transport !== undefined) onTransport(transport, httpInfo(request, address), admitted);
  };

  const close = openRoute(server, path, accept);
  return {
    refuse: () => {
      refusing = true;
    },
    close,
  };
}

/** Node keeps an address once it was asked for, so it is asked for those of pages alone. */
const claimOf = (request: IncomingMessage): OriginClaim => ({
  origin: request.headers.origin,
  host: request.headers.host ?? "",
  encrypted: isEncrypted(request),
  get local() {
    return isLocal(request);
  },
});

const place = Symbol("trunkline.place");

interface AdmittedSocket extends Duplex {
  [place]?: Admitted;
}

/** One for all sockets, as there may be many. */
function release(this: AdmittedSocket): void {
  this[place]?.release();
}

/** The shortest way to a running server: one HTTP server of its own. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, ListenOptions as NetListenOptions } from "node:net";
import { type Clock, checkNames, type OptionNames, systemClock } from "@trunkline/core/internal";
import { createHttpServer } from "./adapters/http.js";
import { CLOSE_MS } from "./adapters/ws-transport.js";
import type { Router } from "./define.js";
import type { Drained, DrainOptions } from "./drain.js";
import { createServer, type Server } from "./server.js";
import {
  type AttachOptions,
  attachNames,
  type ServerSetup,
  type SetupParameter,
  setupNames,
} from "./server-options.js";

/** Options of {@link serve}, beside those of `createServer`. */
export interface ListenOptions extends AttachOptions {
  /** Where it listens. Default 0: a free one; read it from `port`. */
  readonly port?: number;
  /** The address it listens at: name another to be reached from elsewhere. Default: loopback. */
  readonly host?: string;
  /**
   * How many connections may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). Those above it wait
   * a second or more, as TCP repeats itself. Default 4,096, for a server whose clients come back all at once.
   */
  readonly backlog?: number;
  /** Signals that drain the server, once each: `["SIGTERM"]` makes a deploy no outage. Default: none. */
  readonly drainOn?: readonly NodeJS.Signals[];
  /** Answers plain HTTP requests. Default: 426 Upgrade Required. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A server that listens: what can be asked of a server and done to it is here as well. */
export interface ListeningServer
  extends AsyncDisposable,
    Pick<
      Server,
      "state" | "connections" | "connectionsOf" | "running" | "waiting" | "abandoned" | "invalidate" | "revoke"
    > {
  /** The server itself, to take what comes from elsewhere too: `attach`, `accept`. */
  readonly server: Server;
  readonly port: number;
  /** `ws://host:port/path`, for clients on this machine. */
  readonly url: string;
  /** See `Server.drain`; also stops listening. */
  drain(options?: DrainOptions): Promise<Drained>;
  /** See `Server.close`; also stops listening. Resolves when all is released. */
  close(): Promise<void>;
}

const listenNames: OptionNames<ListenOptions & ServerSetup<unknown>> = {
  port: true,
  host: true,
  backlog: true,
  drainOn: true,
  onRequest: true,
  ...attachNames,
  ...setupNames,
};

/** Serves a router. Resolves when it listens; rejects when it cannot, as when the port is taken or an option misspelt. */
export async function serve<Contract extends object, Context>(
  router: Router<Contract, Context>,
  ...[options]: SetupParameter<Context, ListenOptions & ServerSetup<Context>>
): Promise<ListeningServer> {
  checkNames("serve", options ?? {}, listenNames);
  const {
    port = 0,
    host = "127.0.0.1",
    backlog = 4_096,
    path = "/",
    origins = "same-origin",
    trustedProxies = 0,
    drainOn = [],
    onRequest,
    ...setup
  } = (options ?? {}) as ListenOptions & ServerSetup<unknown>;
  const server = createServer(router as Router<object, unknown>, setup);
  const http = createHttpServer(onRequest);
  server.attach(http, { path, origins, trustedProxies });
  await listen(http, { port, host, backlog });
  const { port: taken } = http.address() as AddressInfo;
  const clock = setup.clock ?? systemClock;
  const close = async () => {
    unhear();
    await server.close();
    await released(http, clock);
  };
  const drain = async (drainOptions?: DrainOptions) => {
    unhear();
    const drained = await server.drain(drainOptions);
    await released(http, clock);
    return drained;
  };
  const unhear = hear(drainOn, () => void drain());
  return {
    server,
    get state() {
      return server.state;
    },
    connections: server.connections,
    connectionsOf: (identity) => server.connectionsOf(identity),
    get running() {
      return server.running;
    },
    get waiting() {
      return server.waiting;
    },
    get abandoned() {
      return server.abandoned;
    },
    invalidate: (tags) => server.invalidate(tags),
    revoke: (identity) => server.revoke(identity),
    port: taken,
    url: `ws://${host.includes(":") ? `[${host}]` : host}:${taken}${path}`,
    close,
    drain,
    [Symbol.asyncDispose]: close,
  };
}

/** Once any of the signals comes, none is heard any more: a second one ends the process as it always does. */
function hear(signals: readonly NodeJS.Signals[], then: () => void): () => void {
  const heard = () => {
    unhear();
    then();
  };
  const unhear = () => {
    for (const signal of signals) process.off(signal, heard);
  };
  for (const signal of signals) process.on(signal, heard);
  return unhear;
}

function listen(http: HttpServer, where: NetListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(where, () => {
      http.off("error", reject);
      resolve();
    });
  });
}

/** Once it is closed, an HTTP server judges no timeouts: half a request would keep it for as long as its client likes. */
function released(http: HttpServer, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const alarm = clock.alarm(() => http.closeAllConnections());
    alarm.set(clock.now() + CLOSE_MS);
    http.close(() => {
      alarm.clear();
      resolve();
    });
    http.closeIdleConnections();
  });
}

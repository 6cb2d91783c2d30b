/**
 * A TCP proxy between clients and a server on this machine, with the faults of real networks: it is slow, goes silent,
 * cuts in the middle of a message or turns connections away, whenever a test says so.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type Clock, systemClock } from "@trunkline/core/internal";
import { Random } from "@trunkline/core/simulation";
import type { Admission, Direction, Ending, Faults } from "./faults.js";
import { Line } from "./line.js";
import { reset } from "./reset.js";

/** Options of {@link openFaultProxy}. */
export interface FaultProxyOptions {
  /** What jitter is drawn from: the same seed draws the same. Default 1. */
  readonly seed?: number;
  /** For tests: another clock than the platform's. */
  readonly clock?: Clock;
}

/** A proxy that listens. Without faults it passes on everything at once. */
export interface FaultProxy extends AsyncDisposable {
  /** Connect here instead of to the server. */
  readonly port: number;
  /** Lines that are open now; those that were silenced are not counted. */
  readonly open: number;
  /** From now on these faults, and no others, hold for one direction of every line, the open ones too. */
  impair(direction: Direction | "both", faults: Faults): void;
  /** What becomes of new connections. Resolves when it holds; only `refuse`, and what follows it, take a moment. */
  admit(admission: Admission): Promise<void>;
  /** Takes every fault away, and relays again. */
  heal(): Promise<void>;
  /** Ends every line, by a reset unless told otherwise. Returns how many bytes were under way, and are gone. */
  cut(by?: Ending): number;
  /** Resets everything and stops listening. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

const PAGE = "<!doctype html><title>Sign in</title><p>Sign in to use this network.</p>\n";
const HTML = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${PAGE.length}\r\nconnection: close\r\n\r\n${PAGE}`;

/** Opens a proxy to a port of this machine. */
export async function openFaultProxy(targetPort: number, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { seed = 1, clock = systemClock } = options;
  const random = new Random(seed);
  const lines = new Set<Line>();
  const strangers = new Set<Socket>();
  const faults: Record<Direction, Faults> = { up: {}, down: {} };
  let admission: Admission = "relay";

  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (admission !== "relay") return turnAway(near, admission, strangers);
    const far = connect({ port: targetPort, host: HOST, allowHalfOpen: true });
    const closed = (line: Line) => void lines.delete(line);
    lines.add(new Line({ near, far, clock, random, closed, faults: (direction) => faults[direction] }));
  });
  const port = await listening(server, 0);

  const proxy: FaultProxy = {
    port,
    get open() {
      return [...lines].filter((line) => line.open).length;
    },
    impair: (direction, wrong) => {
      if (direction !== "down") faults.up = wrong;
      if (direction !== "up") faults.down = wrong;
      for (const line of lines) line.pump();
    },
    admit: async (next) => {
      const before = admission;
      admission = next;
      if (next === "refuse") server.close();
      else if (before === "refuse") await listening(server, port);
    },
    heal: async () => {
      proxy.impair("both", {});
      await proxy.admit("relay");
    },
    cut: (by = "reset") => [...lines].reduce((lost, line) => lost + line.cut(by), 0),
    close: async () => {
      const closed = server.listening ? once(server, "close") : undefined;
      if (server.listening) server.close();
      for (const line of lines) line.destroy();
      for (const stranger of strangers) stranger.destroy();
      await closed;
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
  return proxy;
}

function turnAway(near: Socket, how: Exclude<Admission, "relay">, strangers: Set<Socket>): void {
  near.on("error", () => {});
  if (how !== "html") return reset(near);
  strangers.add(near);
  near.on("close", () => strangers.delete(near));
  near.once("data", () => near.end(HTML));
}

async function listening(server: Server, port: number): Promise<number> {
  server.listen(port, HOST);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

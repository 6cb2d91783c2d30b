/** Leaving in good order: every client is asked to finish, and the wait for it is bounded. */
import type { Clock } from "@trunkline/core/internal";
import type { Sessions } from "./sessions.js";

/** Options of `server.drain`. */
export interface DrainOptions {
  /** Clients come back, wherever they do, spread over this time. Default 5 s. */
  readonly spreadMs?: number;
  /** How long calls in flight may take to finish. Default 10 s. */
  readonly deadlineMs?: number;
}

/** What became of the clients of a drained server. */
export interface Drained {
  /** Left by themselves, with nothing in flight. */
  readonly finished: number;
  /** Were away, and were given up. */
  readonly away: number;
  /** Were still there at the deadline and were cut off. */
  readonly cut: number;
}

/** Beyond every deadline. */
const MAX_SPREAD_MS = 24 * 60 * 60 * 1_000;

/** How often the wait looks whether it is over. */
const LOOK_MS = 20;

/** Says goodbye to everybody and waits until they have left or the time is over. Cuts nobody off itself. */
export async function drain(sessions: Sessions, clock: Clock, options: DrainOptions): Promise<Drained> {
  const { deadlineMs = 10_000 } = options;
  const spreadMs = wholeMs(options.spreadMs ?? 5_000);
  const until = clock.now() + deadlineMs;
  const connections = [...sessions];
  const here = connections.filter((connection) => connection.attached);
  const away = connections.filter((connection) => !connection.attached);
  for (const connection of here) connection.goodbye(spreadMs);
  // One without a transport cannot be told, and would find nobody here when it came back.
  for (const connection of away) {
    connection.end({ close: "restart", detail: "the server drained while the client was away" });
  }
  while (sessions.size > 0 && clock.now() < until) await pause(clock, LOOK_MS);
  return { finished: here.length - sessions.size, away: away.length, cut: sessions.size };
}

/** The wire has whole numbers only. What is no time at all is none: a server that stops must not fail to. */
const wholeMs = (ms: number) => (ms > 0 ? Math.min(Math.ceil(ms), MAX_SPREAD_MS) : 0);

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.alarm(resolve).set(clock.now() + ms));
}

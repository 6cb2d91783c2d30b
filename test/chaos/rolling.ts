/**
 * The rolling restart: clients behind a balancer call and listen all the time, while each of the servers is restarted
 * in its turn, after a drain or by SIGKILL.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@trunkline/client";
import { Random } from "@trunkline/core/simulation";
import { openBalancer } from "./balancer.js";
import { contract } from "./contract.js";
import { type ServerChild, ServerYard } from "./server-child.js";
import { type CallKind, CallTally, StreamTally } from "./tally.js";

export interface RollingOptions {
  readonly how: "drain" | "kill";
  readonly clients: number;
  readonly servers: number;
  /** Of all clients together. */
  readonly callsPerSecond: number;
  /** The clients of a drained server leave it within this time. */
  readonly spreadMs: number;
  /** Between two restarts, and before the first and after the last. */
  readonly lullMs: number;
  readonly seed: number;
}

export interface RollingFigures {
  readonly calls: number;
  readonly events: number;
  readonly restarts: number;
  /**
   * The most connections that came within a second of a restart, refused ones and further attempts included, as a
   * multiple of what the server's clients amount to when they are spread evenly.
   */
  readonly handshakePeak: number;
  /** Calls and streams that failed, except for the unknown. */
  readonly failed: number;
  /** Plain mutations in flight that say that nobody knows. */
  readonly unknown: number;
  readonly duplicated: number;
  /** Events that are missing, or came late, without a word. */
  readonly gaps: number;
  readonly unsettled: number;
  readonly why: string | undefined;
}

const KINDS: readonly CallKind[] = ["look", "spend", "put"];
const PATIENCE_MS = 30_000;
/** No stream comes to its end within a run. */
const ENDLESS = 1_000_000_000;
const CONNECTING_AT_ONCE = 50;

export async function runRolling(options: RollingOptions): Promise<RollingFigures> {
  await using yard = new ServerYard();
  const servers = await Promise.all(Array.from({ length: options.servers }, () => yard.start()));
  await using balancer = await openBalancer(servers.map(({ port }) => port));
  const random = new Random(options.seed);
  const calls = new CallTally();
  const stop = new AbortController();
  const guests = [];
  for (let index = 0; index < options.clients; index++) {
    guests.push(visit({ port: balancer.port, random: random.fork(), calls, options, stop: stop.signal }));
    // However slow the machine is: this is about restarts, not about a rush.
    if (guests.length % CONNECTING_AT_ONCE === 0) await Promise.all(guests.map(({ connected }) => connected));
  }
  await Promise.all(guests.map(({ connected }) => connected));

  let handshakePeak = 0;
  for (const [index, server] of servers.entries()) {
    await pause(options.lullMs);
    const perSecond = (balancer.openTo(server.port) * 1_000) / options.spreadMs;
    const before = balancer.arrivals.length;
    servers[index] = await restart(yard, server, options);
    handshakePeak = Math.max(handshakePeak, peak(balancer.arrivals.slice(before)) / perSecond);
  }
  await pause(options.lullMs);
  stop.abort();
  const settled = Promise.all(guests.map(({ over }) => over));
  await Promise.race([settled, pause(PATIENCE_MS, undefined, { ref: false })]);
  for (const { client } of guests) client.$connection.close();

  const tallies = guests.map(({ tally }) => tally);
  const broken = tallies.filter(({ failure }) => failure !== undefined);
  const heard = tallies.map((tally) => tally.against(0));
  const records = yard.read();
  const told = calls.against(records, { mayRepeat: options.how === "kill" });
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    calls: calls.made,
    events: sum(tallies.map(({ events }) => events)),
    restarts: servers.length,
    handshakePeak,
    failed: told.lost + broken.length,
    unknown: told.unknown,
    duplicated: told.duplicated + sum(heard.map(({ duplicated }) => duplicated)),
    gaps: sum(heard.map(({ lost, reordered }) => lost + reordered)),
    unsettled: told.unsettled + tallies.filter(({ done }) => !done).length,
    why: told.firstLoss ?? (broken[0] === undefined ? records.failures[0] : String(broken[0].failure)),
  };
}

async function restart(yard: ServerYard, server: ServerChild, { how, spreadMs }: RollingOptions): Promise<ServerChild> {
  if (how === "kill") await server.kill();
  else await server.drain({ spreadMs, deadlineMs: spreadMs + 10_000 });
  return yard.start(server.port);
}

interface Visit {
  readonly port: number;
  readonly random: Random;
  readonly calls: CallTally;
  readonly options: RollingOptions;
  readonly stop: AbortSignal;
}

/** One client's calls, one after the other, and its stream, of which it reads an event with each call. */
function visit({ port, random, calls, options, stop }: Visit) {
  const client = createClient(contract, { url: `ws://127.0.0.1:${port}` });
  const tally = new StreamTally();
  const everyMs = (options.clients * 1_000) / options.callsPerSecond;
  const call = async (kind: CallKind, takesMs: number) => {
    const token = calls.begin(kind);
    try {
      calls.settle(token, { ok: true, answer: await client[kind]({ token, takesMs }) });
    } catch (error) {
      calls.settle(token, { ok: false, error });
    }
  };
  const live = async () => {
    const stream = client.numbered({ to: ENDLESS });
    while (!stop.aborted) {
      const answered = call(random.pick(KINDS), random.int(50));
      const [next] = await Promise.all([read(stream, tally), answered, pause(random.next() * 2 * everyMs)]);
      if (!next) break;
    }
    await stream.return();
    tally.done = true;
  };
  const connected = call("look", 0);
  return { client, tally, connected, over: connected.then(live) };
}

async function read(stream: AsyncIterator<number>, tally: StreamTally): Promise<boolean> {
  try {
    const { value, done } = await stream.next();
    if (!done) tally.add(value);
    return !done;
  } catch (error) {
    tally.failure = error;
    return false;
  }
}

/** The most of these moments within any second. */
function peak(moments: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of moments.entries()) {
    while (at - moments[first]! >= 1_000) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

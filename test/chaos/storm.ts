/**
 * The storm: a server in its own process, clients in this one, and between each client and the server a line that is
 * cut at random moments while streams run and calls are in flight. Chance comes from a seed; the moments at which
 * processes and sockets act are their own.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@trunkline/client";
import { Random } from "@trunkline/core/simulation";
import { openFaultProxy } from "@trunkline/testing";
import { contract } from "./contract.js";
import { type CutKind, cuts, drawCut, type Scene } from "./cuts.js";
import { ServerYard } from "./server-child.js";
import { type CallKind, CallTally, StreamTally } from "./tally.js";

export interface StormOptions {
  readonly events: number;
  readonly calls: number;
  readonly cuts: number;
  readonly seed: number;
  readonly clients: number;
}

/** Longer than any part of a storm needs: what has not settled by then is said to be unsettled. */
const PATIENCE_MS = 30_000;

/** So that a run does not wait half a minute for each line that went silent. */
const SILENCE = { heartbeatMs: 1_000, graceMs: 1_000 };

const KINDS: readonly CallKind[] = ["look", "spend", "put"];

/** What a storm came to. */
export interface StormFigures {
  readonly events: number;
  readonly calls: number;
  readonly cuts: ReadonlyMap<CutKind, number>;
  readonly sessions: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly unsettled: number;
  /** What went wrong first, if anything did. */
  readonly why: string | undefined;
}

export async function runStorm(options: StormOptions): Promise<StormFigures> {
  await using yard = new ServerYard(SILENCE);
  const server = await yard.start();
  const random = new Random(options.seed);
  const calls = new CallTally();
  const made = new Map<CutKind, number>();
  const sailors = Array.from({ length: options.clients }, (_, index) => ({
    random: random.fork(),
    calls,
    made,
    port: server.port,
    share: shareOf(options, index),
  }));
  const streams = (await Promise.all(sailors.map(sail))).flat();
  const records = yard.read();
  const told = calls.against(records, { mayRepeat: false });
  const heard = streams.map(({ tally, to }) => tally.against(to));
  const sum = (key: "lost" | "duplicated" | "reordered") => heard.reduce((total, figures) => total + figures[key], 0);
  const failure = streams.find(({ tally }) => tally.failure !== undefined)?.tally.failure;
  return {
    events: streams.reduce((total, { tally }) => total + tally.events, 0),
    calls: calls.made,
    cuts: made,
    sessions: records.sessions,
    lost: told.lost + told.unknown + sum("lost"),
    duplicated: told.duplicated + sum("duplicated"),
    reordered: sum("reordered"),
    unsettled: told.unsettled + streams.filter(({ tally }) => !tally.done).length,
    why: told.firstLoss ?? (failure === undefined ? records.failures[0] : String(failure)),
  };
}

interface Share {
  readonly calls: number;
  readonly cuts: number;
  /** Of each of the two streams. */
  readonly events: number;
}

interface Sailor {
  readonly random: Random;
  readonly calls: CallTally;
  readonly made: Map<CutKind, number>;
  readonly port: number;
  readonly share: Share;
}

/** One client's life. Resolves with its streams when all has settled, or patience is over. */
async function sail({ random, calls, made, port, share }: Sailor) {
  await using proxy = await openFaultProxy(port, { seed: random.bits() });
  await using client = createClient(contract, {
    url: `ws://127.0.0.1:${proxy.port}`,
    // A dozen cuts a second are no outage of real life: the waits between attempts are the first hundredths of theirs.
    random: () => random.next() * 0.001,
    limits: { helloMs: 1_000, ...SILENCE },
  });
  const scene: Scene = { proxy, client, random };
  let phase = 0;
  const due = (total: number) => Math.ceil((total * phase) / share.cuts);
  const gate = { waiting: new Set<() => void>() };
  const read = async (stream: AsyncIterable<number>, tally: StreamTally) => {
    try {
      for await (const number of stream) {
        tally.add(number);
        while (tally.events >= due(share.events) && phase < share.cuts) {
          await new Promise<void>((resolve) => gate.waiting.add(resolve));
        }
      }
    } catch (error) {
      tally.failure = error;
    }
    tally.done = true;
  };
  const streams = [client.numbered, client.bare].map((open) => {
    const tally = new StreamTally();
    return { tally, to: share.events, over: read(open({ to: share.events }), tally) };
  });
  const call = async () => {
    const kind = random.pick(KINDS);
    const token = calls.begin(kind);
    try {
      calls.settle(token, { ok: true, answer: await client[kind]({ token, takesMs: random.int(6) }) });
    } catch (error) {
      calls.settle(token, { ok: false, error });
    }
  };

  let previous: Promise<unknown> = Promise.resolve();
  for (let callsMade = 0; phase < share.cuts; ) {
    phase++;
    for (const proceed of gate.waiting) proceed();
    gate.waiting.clear();
    const current: Promise<void>[] = [];
    for (; callsMade < due(share.calls); callsMade++) current.push(call());
    await pause(random.int(4));
    if (!(await ready(scene))) break;
    const kind = drawCut(random);
    made.set(kind, (made.get(kind) ?? 0) + 1);
    await cuts[kind](scene);
    // One phase may overlap the next.
    await Promise.race([previous, pause(PATIENCE_MS, undefined, { ref: false })]);
    previous = Promise.all(current);
  }
  await Promise.race([
    Promise.all([previous, ...streams.map(({ over }) => over)]),
    pause(PATIENCE_MS, undefined, { ref: false }),
  ]);
  return streams;
}

/** Resolves when the client is connected; with false when it does not come to that. */
function ready({ client }: Scene): Promise<boolean> {
  const isReady = () => client.$connection.status.state === "ready";
  if (isReady()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(false), PATIENCE_MS);
    const unsubscribe = client.$connection.subscribe(() => isReady() && settle(true));
    const settle = (outcome: boolean) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(outcome);
    };
  });
}

/** The part of one client: shares differ by one at most, and add up. */
function shareOf({ calls, cuts: all, events, clients }: StormOptions, index: number): Share {
  const part = (total: number) => Math.floor(((index + 1) * total) / clients) - Math.floor((index * total) / clients);
  return { calls: part(calls), cuts: part(all), events: part(Math.floor(events / 2)) };
}

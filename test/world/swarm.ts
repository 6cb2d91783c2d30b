/** What one seed is like: each turns on a random subset of faults, hardships and tight limits. */
import type { Limits } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";

/** Harm that is done while a world is busy. */
const faultKinds = [
  "reset",
  "fin",
  "half open",
  "blackhole",
  "stall",
  "dial refused",
  "late close",
  "server crash",
  "server pause",
  "deploy",
  "wall clock jump",
  "client crash",
  "client pause",
  "offline",
  "reconnect",
  "revoke",
  "bad credentials",
  "backplane trouble",
  "flapping",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Ways in which a workload, or what is between, may be hard. */
const hardships = [
  "large values",
  "cancels",
  "deadlines",
  "slow readers",
  "bursts",
  "jitter",
  "small buffers",
  "slices",
  "narrow lines",
  "expiring credentials",
  "shared identities",
  "sticky router",
  "no gap listeners",
  "messages after close",
] as const;
type Hardship = (typeof hardships)[number];

export interface Swarm {
  readonly faults: ReadonlySet<FaultKind>;
  readonly hard: ReadonlySet<Hardship>;
  readonly clients: number;
  readonly servers: number;
  readonly actsPerClient: number;
  /** How long calls are made and harm is done. */
  readonly busyMs: number;
  readonly delayMs: number;
  readonly clientLimits: Partial<Limits>;
  readonly serverLimits: Partial<Limits>;
  /** How long a client keeps one connection. */
  readonly connectionAgeMs: number;
  /** Nothing happens but deploys, and no limit is tight: then no call may fail. */
  readonly calm: boolean;
}

/** What may end a call although nothing is wrong. */
const willing: readonly Hardship[] = ["cancels", "deadlines", "expiring credentials"];

/** How likely a seed is calm. */
const CALM = 0.08;

export function drawSwarm(random: Random): Swarm {
  const calm = random.chance(CALM);
  const faults = faultKinds.filter(() => random.chance(0.3));
  const hard = hardships.filter(() => random.chance(0.3));
  const tightness = calm ? 0 : random.pick([0, 0.15, 0.4]);
  return {
    faults: new Set(calm ? (["deploy"] as const) : faults),
    hard: new Set(calm ? hard.filter((hardship) => !willing.includes(hardship)) : hard),
    clients: random.pick([1, 2, 2, 3, 4, 8]),
    servers: calm ? random.between(2, 3) : random.between(1, 3),
    actsPerClient: random.between(4, 20),
    busyMs: random.between(2_000, 45_000),
    delayMs: random.pick([0, 1, 10, 60]),
    clientLimits: drawLimits(random, tightness),
    serverLimits: { ...drawLimits(random, tightness), ...drawHaste(random, tightness) },
    connectionAgeMs: random.chance(0.3) ? random.between(3_000, 20_000) : Infinity,
    calm,
  };
}

/** How much a server does at a time, and whom it lets wait. */
function drawHaste(random: Random, tightness: number): Partial<Limits> {
  return random.chance(tightness)
    ? { handlers: random.between(1, 3), queuedCalls: random.between(1, 8), queueMs: random.between(10, 5_000) }
    : {};
}

/** Times are short in every seed, so that a run of a minute meets them all; each count and size is tight at random. */
function drawLimits(random: Random, tightness: number): Partial<Limits> {
  const tight = (entries: Partial<Limits>) => (random.chance(tightness) ? entries : {});
  const few = () => random.between(1, 3);
  return {
    helloMs: random.between(1_000, 5_000),
    contextMs: random.between(500, 2_000),
    heartbeatMs: random.between(1_000, 8_000),
    graceMs: random.between(1_000, 4_000),
    resumeMs: random.between(2_000, 25_000),
    callMaxMs: random.between(8_000, 30_000),
    ...tight({ batchFrames: few() }),
    ...tight({ calls: few() }),
    ...tight({ subscriptions: few() }),
    ...tight({ creditEvents: few() }),
    ...tight({ creditMaxEvents: few() }),
    ...tight({ outboundSoftBytes: random.between(1, 2_000) }),
    // Both at once would make every reader too slow: what waits for an acknowledgement leaves five times a second.
    ...(random.chance(0.5)
      ? tight({ outboundHardBytes: random.between(4_000, 16_000), outboundHardMs: random.between(200, 3_000) })
      : tight({ replayBytes: random.between(1, 3_000) })),
    ...tight({ detachedSessions: few() }),
    ...tight({ detachedBytes: random.between(100, 4_000) }),
    ...tight({ offlineCalls: few(), offlineBytes: random.between(200, 4_000) }),
    ...tight({ waitingCalls: few() }),
    ...tight({ upstreamBytes: random.between(1_024, 5_000) }),
    ...tight({ upstreams: few() }),
    // Larger than any text of a world, and smaller than its largest values.
    ...tight({ messageBytes: random.between(70_000, 120_000) }),
    ...tight({ valueBytes: random.between(160_000, 400_000) }),
  };
}

/**
 * What one seed is like: each turns on a random subset of faults and of tight limits, so that over many seeds every
 * combination is met, and none hides another.
 *
 * @see Groce et al., "Swarm Testing", ISSTA 2012
 */
import { type Limits, resolveLimits } from "../protocol/limits.js";
import type { Random } from "./random.js";

/** Harm that is done while a run is busy. */
const faultKinds = [
  "cut",
  "cut noticed late",
  "half open",
  "blackhole",
  "takeover",
  "server crash",
  "dial refused",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Ways a workload may be hard. */
const hardships = [
  "large values",
  "bytes",
  "priorities",
  "long ids",
  "cancels",
  "deadlines",
  "slow readers",
  "bursts",
  "calls both ways",
  "upstreams",
  "jitter",
  "small buffer",
] as const;
export type Hardship = (typeof hardships)[number];

export interface Swarm {
  readonly faults: readonly FaultKind[];
  readonly hard: ReadonlySet<Hardship>;
  readonly clients: number;
  readonly servers: number;
  readonly callsPerClient: number;
  /** How long calls are made and harm is done. */
  readonly busyMs: number;
  readonly delayMs: number;
  readonly clientLimits: Limits;
  readonly serverLimits: Limits;
}

export function drawSwarm(random: Random): Swarm {
  return {
    faults: faultKinds.filter(() => random.chance(0.4)),
    hard: new Set(hardships.filter(() => random.chance(0.4))),
    clients: random.between(1, 2),
    servers: random.chance(0.3) ? 2 : 1,
    callsPerClient: random.between(4, 24),
    busyMs: random.between(500, 12_000),
    delayMs: random.pick([0, 1, 10, 60]),
    clientLimits: drawLimits(random),
    serverLimits: drawLimits(random),
  };
}

/** Times are short in every seed, so that a run of a minute meets them all; each count and size is tight at random. */
function drawLimits(random: Random): Limits {
  const tight = (entries: Partial<Limits>) => (random.chance(0.25) ? entries : {});
  const few = () => random.between(1, 3);
  return resolveLimits({
    helloMs: random.between(500, 2_000),
    heartbeatMs: random.between(500, 3_000),
    graceMs: random.between(500, 2_000),
    resumeMs: random.between(1_000, 8_000),
    callMaxMs: random.between(4_000, 15_000),
    // Half of all runs have messages so small that what has bytes goes in parts.
    ...(random.chance(0.5) ? { messageBytes: random.between(1_024, 4_096) } : {}),
    ...tight({ valueBytes: random.between(5_000, 70_000) }),
    ...tight({ batchFrames: few() }),
    ...tight({ calls: few() }),
    ...tight({ subscriptions: few() }),
    ...tight({ creditEvents: few() }),
    ...tight({ creditMaxEvents: few() }),
    ...tight({ upstreamBytes: random.between(1_024, 4_096) }),
    ...tight({ upstreams: few() }),
    ...tight({ outboundSoftBytes: random.between(1, 2_000) }),
    ...tight({ outboundHardBytes: random.between(4_000, 16_000), outboundHardMs: random.between(200, 3_000) }),
    ...tight({ replayBytes: random.between(1, 3_000) }),
    ...tight({ offlineCalls: few(), offlineBytes: random.between(200, 4_000) }),
    ...tight({ waitingCalls: few() }),
  });
}

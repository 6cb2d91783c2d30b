/**
 * Every bound of the system, in one place. Each is an option of the server or the client; the entries the other end must
 * respect travel in `welcome`.
 *
 * @see PROTOCOL.md section 8
 */

/**
 * Bounds, in the unit the name ends in. Counts have no suffix. What is held as text is measured in UTF-16 units, which
 * is what it takes in memory; only `messageBytes` counts UTF-8, which is what travels.
 */
export interface Limits {
  /** From the transport's opening to a complete hello. */
  readonly helloMs: number;
  /** The `context` hook's time. */
  readonly contextMs: number;
  /** One inbound WebSocket message, as UTF-8. */
  readonly messageBytes: number;
  /** In which a message that has begun must be complete, or bring 16 KiB more of itself. */
  readonly messageMs: number;
  /** One value with its bytes, in parts; and all frames in parts that have not arrived whole, together. */
  readonly valueBytes: number;
  /** Nesting of arrays and objects in one message, counted before it is parsed. */
  readonly jsonDepth: number;
  /** Numbers and bigints that are keys of maps or members of sets, in one value that a caller sent. */
  readonly numberKeys: number;
  /** Frames in one batch. */
  readonly batchFrames: number;
  /** Calls (queries and mutations) whose handlers run at once for one connection. */
  readonly calls: number;
  /** Subscriptions open at once for one connection. */
  readonly subscriptions: number;
  /** Events a reader grants at first. */
  readonly creditEvents: number;
  /** Events a reader grants at most, once it has shown that it keeps up. */
  readonly creditMaxEvents: number;
  /** What of an upstream has been sent and not yet been taken by its handler. An item may be half as large. */
  readonly upstreamBytes: number;
  /** Calls with an upstream open at once for one connection. */
  readonly upstreams: number;
  /** Unsent frames of one connection above which no stream is pulled. */
  readonly outboundSoftBytes: number;
  /** Unsent frames of one connection above which requests are refused, and it is closed as a slow reader, if it stays. */
  readonly outboundHardBytes: number;
  /** How long a connection may stay above the hard bound. */
  readonly outboundHardMs: number;
  /** Sent but unacknowledged frames of one session, kept for replay. Sending waits at this bound. */
  readonly replayBytes: number;
  /** How long a session outlives its transport. */
  readonly resumeMs: number;
  /** Sessions without a transport kept by one server; above it the one detached longest gives way. */
  readonly detachedSessions: number;
  /** What all sessions without a transport may hold for their clients; above it the largest give way. */
  readonly detachedBytes: number;
  /** What all sessions with a transport may hold for their clients; above it no new ones, and then the largest give way. */
  readonly attachedBytes: number;
  /** Handlers of calls that run at once in one server; above it calls wait. */
  readonly handlers: number;
  /** Calls of one server that wait for their handlers to begin; above it they are refused. */
  readonly queuedCalls: number;
  /** How long a call may wait for its handler to begin. One that is expected to wait longer is refused at once. */
  readonly queueMs: number;
  /** By how much a server's timers may be late, five times in a row; then nobody new is let in. */
  readonly lagMs: number;
  /** Handlers of one server that have not settled though nobody waits for them; above it no call is begun. */
  readonly abandonedHandlers: number;
  /** The server speaks at least this often. */
  readonly heartbeatMs: number;
  /** Silence tolerated beyond the heartbeat. */
  readonly graceMs: number;
  /** Over how long clients that lose the server spread their return. */
  readonly reconnectSpreadMs: number;
  /** The longest deadline a call may have; longer ones are shortened. */
  readonly callMaxMs: number;
  /** Calls waiting on the client while there is no connection. */
  readonly offlineCalls: number;
  /** Their size. */
  readonly offlineBytes: number;
  /** Calls waiting on the client for a free slot of a live connection. */
  readonly waitingCalls: number;
}

/** The part of {@link Limits} that each end tells the other, in `hello` and in `welcome`. */
export type PeerLimits = Pick<
  Limits,
  | "messageBytes"
  | "valueBytes"
  | "batchFrames"
  | "calls"
  | "subscriptions"
  | "creditMaxEvents"
  | "upstreamBytes"
  | "upstreams"
>;

const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * The least an end may announce as `messageBytes`: room for a greeting, and for the error that takes the place of an answer
 * that is too large. Nor is `upstreamBytes` set to less.
 */
export const MIN_MESSAGE_BYTES = 1_024;

/** The defaults. Frozen: override single entries through the `limits` option. */
export const defaultLimits: Limits = Object.freeze({
  helloMs: 10_000,
  contextMs: 5_000,
  messageBytes: 1 * MiB,
  messageMs: 30_000,
  valueBytes: 64 * MiB,
  jsonDepth: 64,
  numberKeys: 1_024,
  batchFrames: 1_024,
  calls: 256,
  subscriptions: 256,
  creditEvents: 64,
  creditMaxEvents: 1_024,
  upstreamBytes: 256 * KiB,
  upstreams: 64,
  outboundSoftBytes: 256 * KiB,
  outboundHardBytes: 4 * MiB,
  outboundHardMs: 10_000,
  replayBytes: 1 * MiB,
  resumeMs: 60_000,
  detachedSessions: 10_000,
  detachedBytes: 64 * MiB,
  attachedBytes: 256 * MiB,
  handlers: 65_536,
  queuedCalls: 16_384,
  queueMs: 3_000,
  lagMs: 500,
  abandonedHandlers: 10_000,
  heartbeatMs: 25_000,
  graceMs: 10_000,
  reconnectSpreadMs: 1_000,
  callMaxMs: 300_000,
  offlineCalls: 256,
  offlineBytes: 1 * MiB,
  waitingCalls: 16_384,
});

/** What of these limits the other end must know. */
export function peerLimits(limits: PeerLimits): PeerLimits {
  const { messageBytes, valueBytes, batchFrames, calls, subscriptions, creditMaxEvents, upstreamBytes, upstreams } =
    limits;
  return { messageBytes, valueBytes, batchFrames, calls, subscriptions, creditMaxEvents, upstreamBytes, upstreams };
}

/**
 * The defaults with some entries replaced.
 *
 * @throws TypeError for an entry that does not exist or is not a positive whole number, and for `messageBytes` or
 * `upstreamBytes` below 1 KiB.
 */
export function resolveLimits(overrides: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(defaultLimits, name)) throw new TypeError(`limits.${name} does not exist`);
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TypeError(`limits.${name} must be a positive whole number, not ${String(value)}`);
    }
  }
  for (const name of ["messageBytes", "upstreamBytes"] as const) {
    const bytes = overrides[name] ?? MIN_MESSAGE_BYTES;
    if (bytes < MIN_MESSAGE_BYTES)
      throw new TypeError(`limits.${name} must be at least ${MIN_MESSAGE_BYTES}, not ${bytes}`);
  }
  return Object.freeze({ ...defaultLimits, ...overrides });
}

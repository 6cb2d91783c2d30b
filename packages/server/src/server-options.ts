/** What a server may be told, and where it serves. */
import type { Limits } from "@trunkline/core";
import type { Clock, NoContext, OptionNames } from "@trunkline/core/internal";
import type { CompressionOptions } from "./adapters/compression.js";
import type { RateOptions } from "./adapters/inbound-watch.js";
import type { AdmissionOptions } from "./admission.js";
import type { Connection, FailureReport } from "./define.js";
import type { Greeting } from "./handshake.js";
import type { Origins } from "./origin.js";

/** What a server may be told. Hooks may throw: it is reported to `onError` and harms nobody else. */
export interface ServerHooks<Context> {
  /** Names whose session it is, so that nobody else can resume it. Default: whoever holds the token may. */
  identity?(context: Context): string | undefined;
  /**
   * When the credentials behind a context expire: a date, or milliseconds since the epoch. The client is asked for new
   * ones before; where none come, its socket is closed (4440), and its session waits for a client that brings some.
   * Default: never.
   */
  expiresAt?(context: Context): Date | number | undefined;
  /** A session began. */
  onConnect?(connection: Connection, context: Context): void;
  /** A session ended: `reason` says why, in a constant sentence. */
  onDisconnect?(connection: Connection, reason: string): void;
  /** Hears every failure that is not the caller's, whole. Default: `console.error`. */
  onError?(failure: FailureReport): void;
}

/** Which upgrades of an HTTP server are served. */
export interface AttachOptions {
  /** The raw path, exactly; a query string is ignored. Default `/`. */
  readonly path?: string;
  /** Which pages may connect. Default: those of the same origin. */
  readonly origins?: Origins;
  /**
   * How many proxies stand between clients and this server, each of which appends to `X-Forwarded-For` whom it hears. So
   * many addresses, from the right, are believed: the last of them is the client's, by which `admission` counts. With
   * fewer proxies than this clients choose their addresses. Default 0: the address is that of the socket.
   */
  readonly trustedProxies?: number;
}

/** Options of {@link createServer}. */
export interface ServerOptions<Context> extends ServerHooks<Context> {
  /** Single limits in place of the defaults. */
  readonly limits?: Partial<Limits>;
  /** Of the failures of one connection, how many `onError` hears of in a minute; the rest are told as one. Default 10. */
  readonly reportsPerMinute?: number;
  /** How many sockets may be open, and about to say hello. */
  readonly admission?: AdmissionOptions;
  /**
   * How long a client keeps one connection, so that clients spread over the servers there are now. Those that have had
   * theirs for so long, a tenth more or less, are asked to connect anew, as by a drain: no call fails. Default: for ever.
   */
  readonly maxConnectionAgeMs?: number;
  /** How much may arrive over one socket. Default: unbounded, since only you know what your clients send. */
  readonly rate?: RateOptions;
  /**
   * Whether messages are compressed for clients that offer it (`permessage-deflate`). Default: no. Over a line that others
   * can see, the length of a compressed message tells of a secret in it to whoever chooses a part of it.
   */
  readonly compression?: boolean | CompressionOptions;
  /** For tests: another clock than the platform's. */
  readonly clock?: Clock;
}

/**
 * Makes the context of a connection. It refuses a client with an `RpcError`: `UNAUTHENTICATED` and `PERMISSION_DENIED` stop
 * it until its program does something about it, `UNAVAILABLE` and `RESOURCE_EXHAUSTED` ask it to come back later. The
 * error's message is told to it, up to 123 bytes. Anything else that is thrown, an `RpcError` with another code too, is a
 * failure: `onError` hears it, the client is told nothing and comes back later. Required where the router's context has members that must be there. */
export type ContextHook<Context> = (greeting: Greeting) => Context | Promise<Context>;

/** {@link ServerOptions} with the context hook, which may be left out where an empty context will do. */
export type ServerSetup<Context> = ServerOptions<Context> &
  (NoContext extends Context
    ? { readonly context?: ContextHook<Context> }
    : { readonly context: ContextHook<Context> });

/** Options as the last parameter, which may be left out where an empty context will do. */
export type SetupParameter<Context, Setup> = NoContext extends Context ? [setup?: Setup] : [setup: Setup];

/** What may be said to `attach`. */
export const attachNames: OptionNames<AttachOptions> = { path: true, origins: true, trustedProxies: true };

/** What may be said to `createServer`. */
export const setupNames: OptionNames<ServerSetup<unknown>> = {
  context: true,
  identity: true,
  expiresAt: true,
  onConnect: true,
  onDisconnect: true,
  onError: true,
  limits: true,
  reportsPerMinute: true,
  admission: true,
  maxConnectionAgeMs: true,
  rate: true,
  compression: true,
  clock: true,
};

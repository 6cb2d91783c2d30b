/** What a client may be told, and whether it is that: TypeScript sees to it by itself, and JavaScript to nothing. */
import type { ContractDifference, Limits } from "@trunkline/core";
import { type Clock, checkNames, type Interceptor } from "@trunkline/core/internal";
import type { Router } from "./define.js";
import type { QueryCacheSetup } from "./kept-answers.js";
import type { OpenTransport } from "./open-transport.js";
import type { CompressionOptions, WebSocketConstructor } from "./opening.js";
import type { Outage } from "./status.js";

/** Options of `createClient`. */
export interface ClientOptions {
  /** `ws:` or `wss:`, in a page also relative to it, like `/rpc`. A function is asked before each attempt. */
  readonly url: string | (() => string);
  /** Credentials for the server's `context` hook; asked before each attempt. They travel in a message, not in the URL. */
  readonly auth?: () => unknown;
  /** The deadline of calls for which neither the caller nor the contract says one. Default 30 s. */
  readonly timeoutMs?: number;
  /** Functions around every call, which see it on its way out and what comes back. The first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Whether equal queries in flight share one call. Default `true`; each call may say otherwise. */
  readonly dedupe?: boolean;
  /** Where answers are kept that the contract allows to be: `queryCache()`. Default: nowhere. */
  readonly cache?: QueryCacheSetup;
  /** What the server may call: a router that `implement` of this package made. Such a client connects at once. */
  readonly serve?: Router<object>;
  /**
   * Hears what the program threw (a callback, a handler the server called, `auth` the first time), and why a subscription
   * ended that was given no `onError`. That there is no connection it does not hear: see `onOutage`. Default: `console.error`.
   */
  readonly onError?: OnError;
  /**
   * Hears that there is no connection, and why, once in each outage: when the second attempt in a row has failed, or when it
   * has stopped and no call fails of that. Calls only wait meanwhile, so that a wrong address would stay unseen until the
   * deadline of the first. Default: `console.warn`, unless somebody listens to `$connection.subscribe`, which hears of every
   * attempt; `() => {}` is silent.
   */
  readonly onOutage?: (outage: Outage) => void;
  /** Hears which procedures a server with another version of the contract lacks or has changed. Default: `console.warn`. */
  readonly onContractMismatch?: (difference: ContractDifference) => void;
  /** Single limits in place of the defaults. */
  readonly limits?: Partial<Limits>;
  /** The class that opens sockets. Default: the platform's own, or `ws` in Node. */
  readonly WebSocket?: WebSocketConstructor;
  /**
   * Whether `ws` offers the server to compress messages. Default: no. A browser offers it by itself; elsewhere, and in a
   * bundle for browsers, it is the class that decides.
   */
  readonly compression?: boolean | CompressionOptions;
  /** For tests and other transports: in place of a WebSocket to `url`. */
  readonly transport?: OpenTransport;
  /** For tests: another clock than the platform's. */
  readonly clock?: Clock;
  /** For tests: chance in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** Hears what a callback threw, or what a handler did, with the id that its caller was given of it. */
export type OnError = (error: unknown, failed?: FailedHandler) => void;

/** Which handler it was that failed. */
export interface FailedHandler {
  readonly errorId: string | undefined;
  readonly path: string | undefined;
  /** Why the server was not told an `RpcError` that was thrown: its contract declares no such code, or other data. */
  readonly reason: string | undefined;
}

/** Which types each option may have, in words. */
const types: Readonly<Record<keyof ClientOptions, string>> = {
  url: "string or function",
  auth: "function",
  timeoutMs: "positive number",
  interceptors: "object",
  dedupe: "boolean",
  cache: "object",
  serve: "object",
  onError: "function",
  onOutage: "function",
  onContractMismatch: "function",
  limits: "object",
  WebSocket: "function",
  compression: "boolean or object",
  transport: "function",
  clock: "object",
  random: "function",
};

/**
 * What is made elsewhere, a cache or a router, says more about itself when it is used.
 *
 * @throws TypeError for an option that is misspelt, or of another type; and without an address.
 */
export function checkOptions(options: ClientOptions): void {
  checkNames("createClient", options, types);
  for (const [name, expected] of Object.entries(types)) {
    const value: unknown = options[name as keyof ClientOptions];
    // No option may be null, nor a number that is not above 0.
    const isNothing = value === null || (typeof value === "number" && !(value > 0));
    const type = isNothing ? String(value) : typeof value;
    if (value !== undefined && !expected.includes(type)) {
      throw new TypeError(`createClient: ${name}: expected ${expected}, but came ${type}`);
    }
  }
  if (!options.url && !options.transport) throw new TypeError("createClient expects { url }");
}

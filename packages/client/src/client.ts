/** A client: a contract and an address become functions, over whatever WebSockets its platform has. */
import { type ContractDifference, contractHash, type Limits } from "@trunkline/core";
import {
  type Answering,
  type Caller,
  type ClientCall,
  type Clock,
  contractCalls,
  DEFAULT_TIMEOUT_MS,
  type FailureReport,
  guard,
  type Interceptor,
  type ProcedureCalls,
  resolveLimits,
  systemClock,
} from "@trunkline/core/internal";
import { ClientConnection } from "./connection.js";
import { type ConnectionControl, connectionControl } from "./connection-control.js";
import { contractDifference } from "./contract-check.js";
import type { Router } from "./define.js";
import type { QueryCacheSetup } from "./kept-answers.js";
import type { OpenTransport } from "./open-transport.js";
import type { CompressionOptions, Opening, OpeningListener, OpeningOptions, WebSocketConstructor } from "./opening.js";
import { thisPage } from "./page-life.js";
import { Queries } from "./queries.js";

/** Options of `createClient`. */
export interface ClientOptions {
  /** `ws:` or `wss:`; a function is asked before each attempt. */
  readonly url: string | (() => string);
  /** Credentials for the server's `context` hook; asked before each attempt. They travel in a message, not in the URL. */
  readonly auth?: () => unknown;
  /** The deadline of calls for which neither the caller nor the contract says one. Default 30 s. */
  readonly timeoutMs?: number;
  /** The first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Whether equal queries in flight share one call. Default `true`; each call may say otherwise. */
  readonly dedupe?: boolean;
  /** Where answers are kept that the contract allows to be: `queryCache()`. Default: nowhere. */
  readonly cache?: QueryCacheSetup;
  /** What the server may call: a router that `implement` of this package made. Such a client connects at once. */
  readonly serve?: Router<object>;
  /**
   * Hears what the program threw (a callback, a handler the server called, `auth` the first time), and why a subscription
   * ended that was given no `onError`. That there is no connection it does not hear: see `$connection.subscribe`. Default:
   * `console.error`.
   */
  readonly onError?: OnError;
  /** Hears which procedures a server with another version of the contract lacks or has changed. Default: `console.warn`. */
  readonly onContractMismatch?: (difference: ContractDifference) => void;
  readonly limits?: Partial<Limits>;
  /** Default: the platform's own, or `ws` in Node. */
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
}

/** A contract's procedures as functions, and `$connection`. */
export type Client<Contract> = ProcedureCalls<Contract> & AsyncDisposable & { readonly $connection: ConnectionControl };

/** Opens a WebSocket as its platform does. */
type OpenSocket = (options: OpeningOptions, listener: OpeningListener) => Opening;

/** What `createClient` makes, on either kind of platform. */
export function clientOver<Contract extends object>(
  openSocket: OpenSocket,
  contract: Contract,
  options: ClientOptions,
): Client<Contract> {
  // From JavaScript there may be no options at all.
  const { url, transport } = (options as ClientOptions | undefined) ?? {};
  if (url === undefined && transport === undefined) throw new TypeError("createClient expects a url");
  const limits = resolveLimits(options.limits);
  const clock = options.clock ?? systemClock;
  const report = reporter(options.onError);
  const control = connectionControl(() => connection);
  const { serve } = options;
  const cache = options.cache?.create(contract);
  const connection: ClientConnection = new ClientConnection({
    limits,
    clock,
    report,
    contractHash: contractHash(contract),
    contractDiffers: mismatchTeller(contract, options, { clock, report }),
    serves: serve && { hash: contractHash(serve.contract), answering: answeringOf(serve, { control, limits, report }) },
    random: options.random ?? Math.random,
    page: thisPage(),
    open: transport ?? webSocketOf(openSocket, options, { clock, limits }),
    caches: cache !== undefined,
    invalidated: (tags) => queries.invalidate(tags),
    ...(options.auth === undefined ? {} : { auth: options.auth, authFailed: teller(report) }),
  });
  const { timeoutMs, interceptors, dedupe = true } = options;
  const queries = new Queries({ line: connection, clock, dedupe, cache, report });
  const queryCaller = (call: ClientCall) => queries.callerOf(call);
  const extras = { $connection: control, [Symbol.asyncDispose]: control[Symbol.asyncDispose] };
  const calls = { connection, clock, limits, report, timeoutMs, interceptors, extras, queryCaller };
  const client = contractCalls(contract, calls) as Client<Contract>;
  // Whoever is called cannot wait for a call of its own.
  if (serve !== undefined) connection.reconnect();
  return client;
}

/** Answers the server's calls. */
function answeringOf(
  router: Router<object>,
  { control, limits, report }: { control: ConnectionControl; limits: Limits; report: Report },
): Answering {
  const told = ({ error, errorId, path }: FailureReport<unknown>) => report(error, { errorId, path });
  return router.answering({ role: "client", limits, contextOf: () => ({}), report: told }, control);
}

/** `failed`: the handler that it was, or in words what it was that was no callback. */
type Report = (error: unknown, failed?: FailedHandler | string) => void;

/** Hands on what went wrong in the program; a hook that throws itself is not heard twice. */
function reporter(onError: OnError | undefined): Report {
  const complain: Report = (error, failed = "a callback failed") =>
    console.error(
      `trunkline: ${typeof failed === "string" ? failed : `${failed.path}: ${failed.errorId ?? "the answer could not be sent"}`}:`,
      error,
    );
  if (onError === undefined) return complain;
  return (error, failed) => guard(() => onError(error, typeof failed === "string" ? undefined : failed), complain);
}

/** Tells the program, once: attempts follow one another for as long as there are no credentials. */
function teller(report: Report): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (told) return;
    told = true;
    report(error, "auth failed");
  };
}

/** Tells the program, once: it changes with the server's next version and not with each connection. */
function mismatchTeller(
  contract: object,
  options: ClientOptions,
  { clock, report }: { clock: Clock; report: (error: unknown) => void },
): (caller: Caller) => void {
  const tell =
    options.onContractMismatch ??
    (({ missing, changed }) => console.warn("trunkline: the server's contract differs:", { missing, changed }));
  let told = false;
  return (caller) => {
    if (told) return;
    told = true;
    const deadline = clock.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    contractDifference(caller, contract, deadline)
      .then((difference) => difference && isMismatch(difference) && tell(difference))
      .catch(report);
  };
}

/** A server that can only do more is none. */
const isMismatch = ({ missing, changed }: ContractDifference) => missing.length + changed.length > 0;

/** A WebSocket to the client's address, asked for anew at each attempt. */
function webSocketOf(
  openSocket: OpenSocket,
  options: ClientOptions,
  { clock, limits: { messageBytes } }: { clock: Clock; limits: Limits },
): OpenTransport {
  const { url, compression, WebSocket } = options;
  return (listener) => {
    const address = typeof url === "string" ? url : url();
    return openSocket({ url: address, clock, messageBytes, compression, WebSocket }, listener);
  };
}

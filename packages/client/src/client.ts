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
  type ProcedureCalls,
  resolveLimits,
  systemClock,
} from "@trunkline/core/internal";
import { type ClientOptions, checkOptions, type FailedHandler, type OnError } from "./client-options.js";
import { ClientConnection } from "./connection.js";
import { type ConnectionControl, connectionControl } from "./connection-control.js";
import { contractDifference } from "./contract-check.js";
import type { Router } from "./define.js";
import type { OpenTransport } from "./open-transport.js";
import type { Opening, OpeningListener, OpeningOptions } from "./opening.js";
import { thisPage } from "./page-life.js";
import { Queries } from "./queries.js";
import type { Outage } from "./status.js";

/** A contract's procedures as functions, and `$connection`. */
export type Client<Contract> = ProcedureCalls<Contract> & AsyncDisposable & { readonly $connection: ConnectionControl };

/** Opens a WebSocket as its platform does. */
type OpenSocket = (options: OpeningOptions, listener: OpeningListener) => Opening;

/** What `createClient` makes, on either kind of platform. */
export function clientOver<Contract extends object>(
  openSocket: OpenSocket,
  contract: Contract,
  given: ClientOptions,
): Client<Contract> {
  // From JavaScript there may be none at all.
  const options = (given as ClientOptions | null) ?? ({} as ClientOptions);
  checkOptions(options);
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
    serves: serve && { answering: answeringOf(serve, { control, limits, report }), hash: contractHash(serve.contract) },
    random: options.random ?? Math.random,
    page: thisPage(),
    outage: outageTeller(options, report),
    open: options.transport ?? webSocketOf(openSocket, options, { clock, limits }),
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
  if (router.answering === undefined)
    throw new TypeError("createClient: serve: expected a router, as implement makes it");
  const told = ({ error, errorId, path, reason }: FailureReport<unknown>) => report(error, { errorId, path, reason });
  return router.answering({ role: "client", limits, contextOf: () => ({}), report: told }, control);
}

/** `failed`: the handler that it was, or in words what it was that was no callback. */
type Report = (error: unknown, failed?: FailedHandler | string) => void;

/** Hands on what went wrong in the program; a hook that throws itself is not heard twice. */
function reporter(onError: OnError | undefined): Report {
  const complain: Report = (error, failed = "a callback failed") => {
    const {
      path,
      errorId = "the answer could not be sent",
      reason,
    } = typeof failed === "string" ? { errorId: failed } : failed;
    console.error(`trunkline: ${[path, errorId, reason].filter(Boolean).join(": ")}:`, error);
  };
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

/** Tells the program; where it has no hook for it and watches nothing, the console. */
function outageTeller({ onOutage, url }: ClientOptions, report: Report) {
  return (outage: Outage, isObserved: boolean): void => {
    if (onOutage !== undefined) return guard(() => onOutage(outage), report);
    if (isObserved) return;
    // What should not stand in an address, credentials, does not stand in a log either.
    const to = typeof url === "string" ? ` to ${url.replace(/[?#].*/, "").replace(/\/\/[^/]*@/, "//")}` : "";
    console.warn(`trunkline: no connection${to}: ${outage.reason} (option onOutage)`);
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

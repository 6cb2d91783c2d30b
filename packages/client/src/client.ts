/** `createClient`: a contract and an address become functions. */
import { type ContractDifference, contractHash, type Limits } from "@trunkline/core";
import {
  type Caller,
  type Clock,
  compose,
  guard,
  type Procedure,
  resolveLimits,
  routes,
  systemClock,
} from "@trunkline/core/internal";
import { ClientConnection } from "./connection.js";
import { contractDifference } from "./contract-check.js";
import { DEFAULT_TIMEOUT_MS, dispatcher, failed, type Interceptor } from "./dispatch.js";
import type { OpenTransport } from "./open-transport.js";
import { thisPage } from "./page-life.js";
import type { ProcedureCalls, SubscribeOptions } from "./procedure-call.js";
import { buildProxy } from "./proxy.js";
import type { ConnectionStatus } from "./status.js";
import { openWebSocket, type WebSocketConstructor } from "./websocket.js";

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** `ws:` or `wss:`; a function is asked before each attempt. */
  readonly url: string | (() => string);
  /** Credentials for the server's `context` hook; asked before each attempt. They travel in a message, not in the URL. */
  readonly auth?: () => unknown;
  /** The deadline of calls for which neither the caller nor the contract says one. Default 30 s. */
  readonly timeoutMs?: number;
  /** The first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Hears what a callback of the program threw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** Hears which procedures a server with another version of the contract lacks or has changed. Default: `console.warn`. */
  readonly onContractMismatch?: (difference: ContractDifference) => void;
  readonly limits?: Partial<Limits>;
  /** Default: the platform's own, or `ws` in Node. */
  readonly WebSocket?: WebSocketConstructor;
  /** For tests and other transports: in place of a WebSocket to `url`. */
  readonly transport?: OpenTransport;
  /** For tests: another clock than the platform's. */
  readonly clock?: Clock;
  /** For tests: chance in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** The connection behind a client. */
export interface ConnectionControl extends AsyncDisposable {
  readonly status: ConnectionStatus;
  /** Hears every change of status, until the returned function is called. */
  subscribe(listener: (status: ConnectionStatus) => void): () => void;
  /** Dials at once, whatever was planned. */
  reconnect(): void;
  /** Ends every call and closes for good. Does nothing the second time. */
  close(): void;
}

/** A contract's procedures as functions, and `$connection`. */
export type Client<Contract> = ProcedureCalls<Contract> & AsyncDisposable & { readonly $connection: ConnectionControl };

/**
 * Creates a client for a contract. It connects when the first call is made, and from then on by itself.
 *
 * @throws TypeError for what `defineContract` did not make, and for limits that do not exist.
 */
export function createClient<Contract extends object>(contract: Contract, options: ClientOptions): Client<Contract> {
  const limits = resolveLimits(options.limits);
  const clock = options.clock ?? systemClock;
  const report = reporter(options.onError);
  const connection = new ClientConnection({
    limits,
    clock,
    report,
    contractHash: contractHash(contract),
    contractDiffers: mismatchTeller(contract, options, { clock, report }),
    random: options.random ?? Math.random,
    page: thisPage(),
    open: options.transport ?? webSocketOf(options, clock, limits),
    ...(options.auth === undefined ? {} : { auth: options.auth }),
  });
  const send = compose(
    options.interceptors ?? [],
    dispatcher({ connection, clock, limits, report, timeoutMs: options.timeoutMs }),
  );
  const control = Object.freeze<ConnectionControl>({
    get status() {
      return connection.status;
    },
    subscribe: (listener) => connection.subscribe(listener),
    reconnect: () => connection.reconnect(),
    close: () => connection.close(),
    [Symbol.asyncDispose]: async () => connection.close(),
  });
  const bind = (path: string, procedure: Procedure) => (input?: unknown, callOptions?: SubscribeOptions) => {
    const call = { path, procedure, input, options: callOptions ?? {} };
    try {
      return send(call);
    } catch (error) {
      // An interceptor refused: that too is how a call fails, and not how a function does.
      return failed(call, error, report);
    }
  };
  const extras = { $connection: control, [Symbol.asyncDispose]: control[Symbol.asyncDispose] };
  return buildProxy(routes(contract), bind, extras) as Client<Contract>;
}

/** Hands on what a callback threw; a hook that throws itself is not heard twice. */
function reporter(onError: ClientOptions["onError"]): (error: unknown) => void {
  const complain = (error: unknown) => console.error("trunkline: a callback failed:", error);
  return onError === undefined ? complain : (error) => guard(() => onError(error), complain);
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
function webSocketOf(options: ClientOptions, clock: Clock, { messageBytes }: Limits): OpenTransport {
  const { url, WebSocket } = options;
  return (listener) =>
    openWebSocket({ url: typeof url === "string" ? url : url(), clock, messageBytes, WebSocket }, listener);
}

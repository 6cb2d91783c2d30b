/**
 * A server: it takes transports, from HTTP upgrades or from anywhere else, and gives each to the connection it belongs
 * to. It serves, then drains or not, then is closed, and does not come back.
 */
import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Transport } from "@trunkline/core";
import { contractHash } from "@trunkline/core";
import {
  type CloseName,
  checkNames,
  closeTransport,
  type Hello,
  resolveLimits,
  systemClock,
} from "@trunkline/core/internal";
import { checkedCompression, type DeflateSettings } from "./adapters/compression.js";
import { checkedRate, type RateOptions } from "./adapters/inbound-watch.js";
import { type Acceptor, acceptUpgrades } from "./adapters/upgrade.js";
import { Admission } from "./admission.js";
import { AnnouncedLimits } from "./announced-limits.js";
import { ServerConnection } from "./connection.js";
import { type Connections, connectionsOf } from "./connections.js";
import type { Connection, FailureReport, Router } from "./define.js";
import { type Drained, type DrainOptions, drain } from "./drain.js";
import type { Guest } from "./guest.js";
import { Handlers } from "./handlers.js";
import { Handshake } from "./handshake.js";
import type { Ending, Household } from "./household.js";
import type { HttpInfo } from "./http-info.js";
import { checkedTags } from "./invalidations.js";
import { judge } from "./judge.js";
import { printFailure, Reports } from "./reports.js";
import {
  type AttachOptions,
  attachNames,
  type ServerSetup,
  type SetupParameter,
  setupNames,
} from "./server-options.js";
import { Sessions } from "./sessions.js";

/** Creates a server for a router; it serves once it is given transports. Throws a `TypeError` for an option that is misspelt. */
export function createServer<Contract extends object, Context>(
  router: Router<Contract, Context>,
  ...[setup]: SetupParameter<Context, ServerSetup<Context>>
): Server {
  return new Server(router as Router<object, unknown>, (setup ?? {}) as ServerSetup<unknown>);
}

type ServerState = "serving" | "draining" | "closed";

export class Server implements AsyncDisposable {
  readonly #setup: ServerSetup<unknown>;
  readonly #household: Household<ServerConnection>;
  readonly #sessions: Sessions;
  readonly #admission: Admission;
  readonly #rate: RateOptions;
  readonly #compression: DeflateSettings | undefined;
  readonly #reports: Reports;
  readonly #handshakes = new Set<Handshake<Guest>>();
  readonly #acceptors = new Set<Acceptor>();
  #state: ServerState = "serving";
  /** The clients that have a session, attached or waiting to be resumed. */
  readonly connections: Connections;

  /** @internal Use {@link createServer}. */
  constructor(router: Router<object, unknown>, setup: ServerSetup<unknown>) {
    checkNames("createServer", setup, setupNames);
    this.#setup = setup;
    const limits = resolveLimits(setup.limits);
    const clock = setup.clock ?? systemClock;
    this.#admission = new Admission(setup.admission);
    const { connectionsPerIdentity } = this.#admission;
    const maxConnectionAgeMs = checkedAge(setup.maxConnectionAgeMs);
    this.#sessions = new Sessions({ ...limits, connectionsPerIdentity, maxConnectionAgeMs }, clock);
    this.connections = connectionsOf(this.#sessions);
    this.#reports = new Reports({
      clock,
      perMinute: setup.reportsPerMinute ?? 10,
      onError: (failure) => (setup.onError === undefined ? printFailure(failure) : setup.onError(failure)),
    });
    this.#rate = checkedRate(setup.rate);
    this.#compression = checkedCompression(setup.compression);
    const report = (failure: FailureReport) => this.#reports.report(failure);
    const contextOf = (connection: Connection) => (connection as ServerConnection).context;
    this.#household = {
      router,
      contractHash: contractHash(router.contract),
      limits,
      clock,
      handlers: new Handlers(limits, clock),
      announced: new AnnouncedLimits(),
      report,
      answerOptions: { role: "server", limits, report, contextOf },
      judge: judge(setup, this.#admission),
      detached: (connection) => this.#detached(connection),
      ended: (connection, ending) => this.#ended(connection, ending),
    };
  }

  /** `"serving"`, `"draining"` or `"closed"`. */
  get state(): ServerState {
    return this.#state;
  }

  /** The connections of one identity: every page a user has open, say. */
  connectionsOf(identity: string): readonly Connection[] {
    return this.#sessions.of(identity);
  }

  /** Handlers that have not settled, those of waiting calls included. */
  get running(): number {
    let running = 0;
    for (const connection of this.#sessions) running += connection.running;
    return running;
  }

  /** Calls whose handlers have not begun, because the server has more to do than it can. */
  get waiting(): number {
    return this.#household.handlers.waiting;
  }

  /** Handlers that have not settled although nobody waits for them any more: those of sessions that are over as well. */
  get abandoned(): number {
    return this.#household.handlers.abandoned.count;
  }

  /**
   * Serves WebSocket upgrades of an HTTP server, for one path, beside any other upgrade listener it has. Returns what
   * ends that.
   */
  attach(httpServer: HttpServer | HttpsServer, options: AttachOptions = {}): () => void {
    checkNames("attach", options, attachNames);
    const { path = "/", origins = "same-origin", trustedProxies = 0 } = options;
    const { limits, clock } = this.#household;
    const door = { path, origins, trustedProxies, limits, clock, admission: this.#admission };
    const line = { rate: this.#rate, compression: this.#compression };
    const acceptor = acceptUpgrades(httpServer, { ...door, ...line }, (transport, http, admitted) =>
      this.accept(transport, http, () => admitted.greeted()),
    );
    this.#acceptors.add(acceptor);
    return () => {
      this.#acceptors.delete(acceptor);
      acceptor.close();
    };
  }

  /** Serves a transport that came some other way. `greeted`: heard when its handshake is over. */
  accept(transport: Transport, http?: HttpInfo, greeted: () => void = () => {}): void {
    const handshake: Handshake<Guest> = new Handshake<Guest>(transport, {
      limits: this.#household.limits,
      clock: this.#household.clock,
      http,
      judge: this.#household.judge,
      accepted: (hello, guest) => this.#welcome({ transport, hello, http, guest }),
      over: () => {
        this.#handshakes.delete(handshake);
        greeted();
      },
      report: (error, reason) => this.#reports.report({ error, ...(reason && { reason }) }),
    });
    this.#handshakes.add(handshake);
    handshake.begin();
    if (this.#state !== "serving") handshake.refuse("restart");
  }

  /**
   * Takes no more clients, asks those it has to finish and go elsewhere, and waits for it, at most `deadlineMs`. What
   * is still there then is closed. Resolves with counts.
   */
  async drain(options: DrainOptions = {}): Promise<Drained> {
    checkNames("drain", options, { spreadMs: true, deadlineMs: true });
    if (this.#state === "serving") this.#state = "draining";
    for (const acceptor of this.#acceptors) acceptor.refuse();
    for (const handshake of [...this.#handshakes]) handshake.refuse("restart");
    const drained = await drain(this.#sessions, this.#household.clock, options);
    await this.close("restart");
    return drained;
  }

  /**
   * Tells the clients of this process that cached answers with these tags are no longer true; without tags, none is.
   * Change first, then say so. Throws a `TypeError` for what are no tags.
   */
  invalidate(tags?: readonly string[]): void {
    const checked = checkedTags(tags);
    for (const connection of this.#sessions) connection.invalidate(checked);
  }

  /**
   * Ends every session of an identity at once; its clients stop, and say `UNAUTHENTICATED`. Returns how many there were.
   */
  revoke(identity: string): number {
    const connections = this.#sessions.of(identity);
    for (const connection of connections) connection.end({ close: "unauthenticated", detail: "revoked" });
    return connections.length;
  }

  /** Ends every session and serves no more. Mutations in flight fail as `unknown` at their clients, queries are sent again
   * to whoever serves next. */
  async close(close: CloseName = "goingAway"): Promise<void> {
    this.#state = "closed";
    for (const acceptor of this.#acceptors) acceptor.close();
    this.#acceptors.clear();
    for (const handshake of [...this.#handshakes]) handshake.refuse(close);
    for (const connection of [...this.#sessions]) connection.end({ close, detail: "the server closes" });
    this.#household.handlers.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #welcome({ transport, hello, http, guest }: Arriving): void {
    const { context, identity } = guest;
    if (!this.#sessions.hasRoom(hello.session, identity)) return closeTransport(transport, "later");
    const known = hello.session === undefined ? undefined : this.#sessions.resume(hello.session, identity);
    const connection = known?.connection ?? new ServerConnection(this.#household);
    const token = known?.token ?? this.#sessions.enter(connection, identity);
    connection.attach({ transport, hello, http, guest, token });
    if (known === undefined) this.#reports.guard(() => this.#setup.onConnect?.(connection, context));
  }

  #detached(connection: ServerConnection): void {
    // A server that goes away cannot be resumed.
    if (this.#state === "serving") this.#sessions.wait(connection);
    else connection.end({ close: "restart", detail: "the client left while the server drained" });
  }

  #ended(connection: ServerConnection, { detail }: Ending): void {
    this.#sessions.leave(connection);
    this.#reports.ended(connection);
    this.#reports.guard(() => this.#setup.onDisconnect?.(connection, detail));
  }
}

function checkedAge(ms = Infinity): number {
  if (ms === Infinity || (Number.isSafeInteger(ms) && ms > 0)) return ms;
  throw new TypeError(`maxConnectionAgeMs must be a positive whole number, not ${String(ms)}`);
}

interface Arriving {
  readonly guest: Guest;
  readonly transport: Transport;
  readonly hello: Hello;
  readonly http: HttpInfo | undefined;
}

/**
 * A client as the server knows it: a session, which outlives its transports, and a context, which is renewed with each.
 * It is attached or waits to be, until it ends, once.
 */
import { randomUUID } from "node:crypto";
import type { Limits, Transport } from "@trunkline/core";
import {
  type Clock,
  type CloseName,
  closeName,
  endsSession,
  greeting,
  type Hello,
  Peer,
  type PeerOwner,
  peerLimits,
  type Work,
} from "@trunkline/core/internal";
import { RouterAnswerer } from "./answer.js";
import type { Connection } from "./define/handler.js";
import type { Route } from "./define/router.js";
import type { FailureReport } from "./failure.js";
import type { HttpInfo } from "./http-info.js";

/** What all connections of a server share. */
export interface Household {
  readonly routes: ReadonlyMap<string, Route>;
  readonly contractHash: string;
  /** Dotted path → hash of the procedure. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly limits: Limits;
  readonly clock: Clock;
  report(failure: FailureReport): void;
  /** The transport is gone; the session waits to be resumed. */
  detached(connection: ServerConnection): void;
  /** Heard once, and last. `detail`: for records, a constant sentence of ours. */
  ended(connection: ServerConnection, ending: Ending): void;
}

/** Why a connection ended. */
export interface Ending {
  readonly close: CloseName;
  readonly detail: string;
}

/** A transport whose hello was accepted. */
export interface Arrival {
  readonly transport: Transport;
  readonly hello: Hello;
  readonly http: HttpInfo | undefined;
  readonly context: unknown;
  /** The token that resumes the session next time. */
  readonly token: string;
}

export class ServerConnection implements Connection, PeerOwner {
  readonly id = randomUUID();
  readonly #household: Household;
  readonly #peer: Peer;
  #latest: Pick<Arrival, "http" | "context"> = { http: undefined, context: undefined };
  #state: "new" | "attached" | "detached" | "ended" = "new";

  constructor(household: Household) {
    this.#household = household;
    const { routes, hashes, limits, clock, report } = household;
    const answerer = new RouterAnswerer({
      routes,
      hashes,
      limits,
      connection: this,
      report,
      context: () => this.context,
    });
    this.#peer = new Peer({ role: "server", limits, clock, answerer, owner: this });
  }

  get http(): HttpInfo | undefined {
    return this.#latest.http;
  }

  get context(): unknown {
    return this.#latest.context;
  }

  /** The client has spoken since it was last welcomed, so it has the token it was given then. */
  get confirmed(): boolean {
    return this.#peer.confirmed;
  }

  get attached(): boolean {
    return this.#state === "attached";
  }

  /** Handlers that have not settled. */
  get running(): number {
    return this.#peer.holdings.handlers;
  }

  /** Welcomes a transport, the session's first or the next; one that is still open is taken over. */
  attach({ transport, hello, http, context, token }: Arrival): void {
    const { contractHash, limits } = this.#household;
    const resumed = this.#state !== "new";
    this.#latest = { http, context };
    this.#state = "attached";
    const { heartbeatMs, resumeMs, graceMs, reconnectSpreadMs: spreadMs } = limits;
    const terms = { session: token, resumed, received: this.#peer.received, contract: contractHash };
    transport.send(
      greeting({ type: "welcome", ...terms, heartbeatMs, spreadMs, resumeMs, limits: peerLimits(limits) }),
    );
    this.#peer.attach(transport, {
      resumed,
      received: resumed ? hello.received : 0,
      peer: hello.limits,
      beatMs: heartbeatMs,
      silenceMs: heartbeatMs + graceMs,
    });
  }

  /** Asks the client to finish and to come back within `spreadMs`. */
  goodbye(spreadMs: number): void {
    this.#peer.goodbye(spreadMs);
  }

  /** Ends the session and closes its socket; the client may begin a new one. */
  close(): void {
    this.end({ close: "sessionGone", detail: "closed by the application" });
  }

  end(ending: Ending): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#peer.end(ending.close, "UNAVAILABLE", "the client's session has ended");
    this.#household.ended(this, ending);
  }

  detached(code: number): void {
    if (this.#state !== "attached") return;
    // A client that has finished, or cannot go on: there is nothing to wait for.
    if (endsSession(code)) return this.end({ close: closeName(code) ?? "normal", detail: "ended by the client" });
    this.#state = "detached";
    this.#household.detached(this);
  }

  broken(close: CloseName, detail: string): void {
    this.end({ close, detail });
  }

  oversized(work: Work | undefined): void {
    const error = new RangeError("an answer was larger than the client takes (limits.messageBytes)");
    this.#household.report({ error, connection: this, ...(work === undefined ? {} : { path: work.path }) });
  }
}

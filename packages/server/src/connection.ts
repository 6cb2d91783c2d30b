/**
 * A client as the server knows it: a session, which outlives its transports, and a context, which is renewed with each.
 * It is attached or waits to be, until it ends, once.
 */
import { randomUUID } from "node:crypto";
import type { Transport } from "@trunkline/core";
import {
  answering,
  type CloseName,
  closeName,
  endsSession,
  greeting,
  type Hello,
  Peer,
  type PeerOwner,
  type ProcedureCalls,
  peerLimits,
  type ViolationName,
  violations,
} from "@trunkline/core/internal";
import { ClientCalls } from "./client-calls.js";
import { Credentials } from "./credentials.js";
import type { Connection } from "./define.js";
import type { Guest } from "./guest.js";
import { type Ending, endingOf, type Household } from "./household.js";
import type { HttpInfo } from "./http-info.js";
import { checkedTags, Invalidations } from "./invalidations.js";

/** A transport whose hello was accepted. */
export interface Arrival {
  readonly transport: Transport;
  readonly hello: Hello;
  readonly http: HttpInfo | undefined;
  readonly guest: Guest;
  /** The token that resumes the session next time. */
  readonly token: string;
}

/** What the latest hello and its credentials brought. */
interface Latest {
  readonly http: HttpInfo | undefined;
  readonly guest: Guest | undefined;
  readonly serves: string | undefined;
  /** The largest message that it takes of what is no longer true; undefined: it keeps nothing. */
  readonly invalidateBytes: number | undefined;
}

const nothing: Latest = { http: undefined, guest: undefined, serves: undefined, invalidateBytes: undefined };

export class ServerConnection implements Connection, PeerOwner {
  #id: string | undefined;
  readonly #household: Household<ServerConnection>;
  readonly #peer: Peer;
  // What most connections never need is made when it is.
  #credentials: Credentials | undefined;
  #clientCalls: ClientCalls | undefined;
  #invalidations: Invalidations | undefined;
  #latest: Latest = nothing;
  #state: "new" | "attached" | "detached" | "ended" = "new";

  constructor(household: Household<ServerConnection>) {
    this.#household = household;
    const { router, limits, clock, handlers, answerOptions } = household;
    const answerer = handlers.bound(router.answerer(answerOptions, this));
    this.#peer = new Peer({ role: "server", limits, clock, answering: answering(answerer), owner: this });
  }

  get id(): string {
    this.#id ??= randomUUID();
    return this.#id;
  }

  get serves(): string | undefined {
    return this.#latest.serves;
  }

  client<Contract extends object>(contract: Contract): ProcedureCalls<Contract> {
    const { clock, limits, report } = this.#household;
    this.#clientCalls ??= new ClientCalls(
      {
        connection: this.#peer,
        clock,
        limits,
        timeoutMs: undefined,
        report: (error) => report({ error, connection: this }),
      },
      () => this.serves,
    );
    return this.#clientCalls.of(contract);
  }

  get http(): HttpInfo | undefined {
    return this.#latest.http;
  }

  get context(): unknown {
    return this.#latest.guest?.context;
  }

  /** The client has spoken since it was last welcomed, so it has the token it was given then. */
  get confirmed(): boolean {
    return this.#peer.line.confirmed;
  }

  get attached(): boolean {
    return this.#state === "attached";
  }

  /** Handlers that have not settled. */
  get running(): number {
    return this.#peer.holdings.handlers;
  }

  /** What is kept for the client, sent or not, in UTF-16 units. */
  get held(): number {
    const { waiting, backlog, bulk, replay, joining } = this.#peer.holdings;
    return waiting + backlog + bulk + replay + joining;
  }

  /** Welcomes a transport, the session's first or the next; one that is still open is taken over. */
  attach({ transport, hello, http, guest, token }: Arrival): void {
    const { contractHash, limits } = this.#household;
    const resumed = this.#state !== "new";
    const invalidateBytes = hello.caches === true ? hello.limits.messageBytes : undefined;
    this.#latest = { http, guest, serves: hello.serves, invalidateBytes };
    this.#invalidations?.drop();
    this.#state = "attached";
    this.#hold(guest);
    const { heartbeatMs, resumeMs, graceMs, reconnectSpreadMs: spreadMs } = limits;
    const terms = { session: token, resumed, received: this.#peer.received, contract: contractHash };
    transport.send(
      greeting({ type: "welcome", ...terms, heartbeatMs, spreadMs, resumeMs, limits: peerLimits(limits) }),
    );
    this.#peer.attach(transport, {
      resumed,
      received: resumed ? hello.received : 0,
      peer: this.#household.announced.of(hello.limits),
      beatMs: heartbeatMs,
      silenceMs: heartbeatMs + graceMs,
    });
  }

  /** Asks the client to finish and to come back within `spreadMs`. */
  goodbye(spreadMs: number): void {
    this.#peer.goodbye(spreadMs);
  }

  invalidate(tags?: readonly string[]): void {
    const checked = checkedTags(tags);
    const { invalidateBytes } = this.#latest;
    if (!this.attached || invalidateBytes === undefined) return;
    this.#invalidations ??= new Invalidations(this.#peer.line);
    this.#invalidations.say(checked, invalidateBytes);
  }

  drained(): void {
    const { invalidateBytes } = this.#latest;
    if (invalidateBytes !== undefined) this.#invalidations?.flush(invalidateBytes);
  }

  /** Ends the session and closes its socket; the client may begin a new one. */
  close(): void {
    this.end({ close: "sessionGone", detail: "closed by the application" });
  }

  end(ending: Ending): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#credentials?.drop();
    this.#peer.end(ending.close, "UNAVAILABLE", "the client's session has ended");
    this.#household.ended(this, ending);
  }

  detached(code: number): void {
    if (this.#state !== "attached") return;
    // A client that has finished, or cannot go on: there is nothing to wait for.
    if (endsSession(code)) return this.end(endingOf(closeName(code) ?? "normal"));
    this.#detached();
  }

  /** The client brings new credentials. */
  renew(auth: unknown): void {
    if (this.#state === "attached") this.#renewable.present(auth);
  }

  /** Credentials that never expire need nobody to look after them until others come. */
  #hold(guest: Guest): void {
    if (guest.expiresAt === undefined) this.#credentials?.hold(guest);
    else this.#renewable.hold(guest);
  }

  /** The credentials as something that is watched and renewed. */
  get #renewable(): Credentials {
    if (this.#credentials !== undefined) return this.#credentials;
    const { clock, judge, report } = this.#household;
    const credentials = new Credentials({
      clock,
      judge: (auth, signal) => judge({ auth, request: this.http, signal }),
      ask: () => this.#peer.renew(),
      accepted: (guest) => {
        this.#latest = { ...this.#latest, guest };
      },
      refused: (close, reason) => this.#refused(close, reason),
      report: (error, reason) => report({ error, connection: this, ...(reason && { reason }) }),
    });
    this.#credentials = credentials;
    if (this.#latest.guest !== undefined) credentials.hold(this.#latest.guest);
    return credentials;
  }

  broken(close: CloseName, violation: ViolationName): void {
    this.end({ close, detail: violations[violation] });
  }

  #detached(): void {
    this.#state = "detached";
    this.#credentials?.drop();
    this.#household.detached(this);
  }

  /** Credentials that were not renewed leave the session to whoever brings better ones. */
  #refused(close: CloseName, reason: string | undefined): void {
    this.#peer.line.detach(close, reason);
    if (close === "forbidden") return this.end({ close, detail: "credentials of somebody else" });
    this.#detached();
  }
}

/**
 * A server process: the real server with the handlers of every workload, from its start until it has drained or died.
 * It keeps a list of its own of whose sessions it has, to be held against the server's.
 */

import { RpcError } from "@trunkline/core";
import type { Backplane, Connection, Server } from "@trunkline/server";
import { createServer, implement } from "@trunkline/server";
import type { ServerConnection } from "@trunkline/server/internal";
import { contract, type Workloads } from "./contract.js";
import type { Link } from "./link.js";
import type { Process } from "./process.js";
import type { Stage } from "./stage.js";
import type { Guest } from "./workload.js";

/** A session as the program was told of it. */
interface Visit {
  readonly name: string;
  readonly guest: Guest;
  /** When it began. */
  readonly since: number;
  readonly connection: ServerConnection;
  /** Of its handlers that have not settled. */
  readonly signals: Set<AbortSignal>;
}

export interface ServerProgramOptions {
  readonly process: Process;
  readonly stage: Stage;
  readonly workloads: Workloads;
  readonly backplane: Backplane;
}

export class ServerProgram {
  readonly process: Process;
  readonly links = new Set<Link>();
  /** Whether the router sends anybody here. */
  inRotation = true;
  readonly server: Server;
  readonly #stage: Stage;
  readonly #visits = new Map<string, Visit>();
  /** Every name that was given, for handlers that outlive their session. */
  readonly #names = new Map<string, string>();

  constructor({ process, stage, workloads, backplane }: ServerProgramOptions) {
    this.process = process;
    this.#stage = stage;
    const handlers = Object.entries(workloads).map(([name, workload]) => [name, workload.handlers(this, backplane)]);
    const router = implement(contract)
      .context<Guest>()
      // One group for each workload, each typed by its own.
      .router(Object.fromEntries(handlers) as never);
    this.server = createServer(router, {
      clock: process,
      limits: stage.swarm.serverLimits,
      maxConnectionAgeMs: stage.swarm.connectionAgeMs,
      context: ({ auth }) => this.#judge(auth),
      identity: ({ identity }) => identity,
      expiresAt: ({ expiresAt }) => expiresAt,
      onConnect: (connection, guest) => this.#entered(connection as ServerConnection, guest),
      onDisconnect: (connection, reason) => this.#left(connection, reason),
      onError: ({ error }) => stage.ledger.check(false, "I13", () => `${process.name} reports ${String(error)}`),
    });
  }

  /** What a session is called in the trace. */
  nameOf(connection: Connection): string {
    return this.#names.get(connection.id) ?? "nobody";
  }

  /** A handler of this session begins. Returns what is called when it has settled. */
  attend(connection: Connection, signal: AbortSignal): () => void {
    const visit = this.#visits.get(connection.id);
    this.#stage.ledger.check(
      visit !== undefined,
      "I9",
      () => `a call begins in ${this.nameOf(connection)}, which is over`,
    );
    visit?.signals.add(signal);
    return () => visit?.signals.delete(signal);
  }

  /** Sessions that its program knows of. */
  get visits(): readonly Visit[] {
    return [...this.#visits.values()];
  }

  accept(link: Link): void {
    this.links.add(link);
    this.process.run(() => this.server.accept(link.sockets[1]));
  }

  /** Everything this identity has here ends at once, whether its client is here or away. */
  revoke(identity: string): void {
    this.process.run(() => {
      const before = this.visits.filter(({ guest }) => guest.identity === identity);
      const revoked = this.server.revoke(identity);
      const { ledger } = this.#stage;
      ledger.say(this.process.name, `revokes ${identity}: ${revoked}`);
      for (const { name, connection } of before) {
        ledger.check(!this.#visits.has(connection.id), "I9", () => `${name} goes on, and its identity was revoked`);
      }
    });
  }

  async drain(options: { readonly spreadMs: number; readonly deadlineMs: number }): Promise<void> {
    await this.server.drain(options);
    this.#expectNobody("has drained");
  }

  /** The process dies. `told`: its kernel still says so to whoever was connected. */
  die(told: boolean): void {
    this.inRotation = false;
    this.process.die();
    for (const link of this.links) link.died(1, told);
    this.links.clear();
    this.#visits.clear();
  }

  /** Bounds that hold at any moment (I6). */
  expectBounded(): void {
    const { ledger, swarm } = this.#stage;
    const { calls = 256, subscriptions = 256, detachedSessions = 10_000 } = swarm.serverLimits;
    let away = 0;
    for (const { name, connection } of this.#visits.values()) {
      if (!connection.attached) away++;
      ledger.check(connection.running <= calls + subscriptions, "I6", () => `${name}: ${connection.running} handlers`);
    }
    ledger.check(away <= detachedSessions, "I6", () => `${this.process.name}: ${away} sessions wait for their clients`);
    const { size: connections } = this.server.connections;
    const known = this.#visits.size;
    const { queuedCalls = Infinity } = swarm.serverLimits;
    const { waiting } = this.server;
    ledger.check(waiting <= queuedCalls, "I6", () => `${this.process.name}: ${waiting} calls wait`);
    ledger.check(connections === known, "I10", () => `${this.process.name} has ${connections} sessions, not ${known}`);
  }

  #expectNobody(when: string): void {
    const left = this.#visits.size;
    this.#stage.ledger.check(left === 0, "I10", () => `${this.process.name} ${when}, and has ${left} sessions`);
  }

  async #judge(auth: unknown): Promise<Guest> {
    const { guest, wrong, takesMs } = auth as Credentials;
    if (takesMs > 0) await this.process.sleep(takesMs);
    if (wrong === "unknown") throw new RpcError("UNAUTHENTICATED");
    if (wrong === "busy") throw new RpcError("UNAVAILABLE");
    return guest;
  }

  #entered(connection: ServerConnection, guest: Guest): void {
    const name = `${this.process.name}/${this.#names.size + 1}`;
    this.#names.set(connection.id, name);
    this.#visits.set(connection.id, { name, guest, since: this.#stage.calm.now, connection, signals: new Set() });
    this.#stage.ledger.say(name, `begins, of ${guest.client}`);
  }

  #left(connection: Connection, reason: string): void {
    const { ledger } = this.#stage;
    const name = this.nameOf(connection);
    const visit = this.#visits.get(connection.id);
    ledger.say(name, `ends: ${reason}`);
    ledger.check(this.#visits.delete(connection.id), "I9", () => `${name} ends twice`);
    const told = [...(visit?.signals ?? [])].every(({ aborted }) => aborted);
    ledger.check(told, "I9", () => `${name} has ended, and a handler of it was not told`);
  }
}

/** What a client's `auth` gives in a world. */
export interface Credentials {
  readonly guest: Guest;
  readonly wrong: "unknown" | "busy" | undefined;
  /** How long it takes to judge them. */
  readonly takesMs: number;
}

/**
 * What is promised where nothing is harmed and servers are deployed (I15): no call fails. Three things may end one all the
 * same, none of them the deploy's doing, and each is held to its own condition: its time is over (`limits.callMaxMs`); its
 * client's line was so slow that it passed for silent; it was asked of a client that had been told to leave, and had not
 * reached it when it left.
 */
import type { RpcError } from "@trunkline/core";
import type { VirtualClock } from "@trunkline/core/simulation";
import type { Ledger } from "./ledger.js";
import type { Link, Side } from "./link.js";
import type { Swarm } from "./swarm.js";

/** Nothing was heard in time. */
const SILENT = 4418;

export interface CalmGround {
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly swarm: Swarm;
}

/** A call that has failed. */
export interface Failed {
  readonly client: string;
  /** When it was made. */
  readonly since: number;
  readonly error: RpcError;
}

export class Calm {
  readonly #ground: CalmGround;
  /** By client: when a line of its passed for silent last. */
  readonly #silent = new Map<string, number>();
  /** By server and client: when the one told the other to leave last. */
  readonly #farewells = new Map<string, number>();
  readonly #welcomed = new WeakSet<Link>();

  constructor(ground: CalmGround) {
    this.#ground = ground;
  }

  get now(): number {
    return this.#ground.clock.now();
  }

  /** A client's call of a server has failed, and nobody has asked for that. */
  failed(call: string, { client, since, error }: Failed): void {
    const { swarm, ledger } = this.#ground;
    const { callMaxMs = Infinity } = swarm.serverLimits;
    const spared = this.#isOver(error, since, callMaxMs) || this.#wasSilent(client, since);
    const { code, outcome } = error;
    ledger.check(!swarm.calm || spared, "I15", () => `${call} failed while servers drained: ${code}, ${outcome}`);
  }

  /** A server's call of a client has. `visitSince`: when the session began. */
  callbackFailed(call: string, { client, since, error, started, server, visitSince }: Failed & CallbackStanding): void {
    const { swarm, ledger } = this.#ground;
    const { callMaxMs = Infinity } = swarm.clientLimits;
    const missed = !started && (this.#farewells.get(`${server}/${client}`) ?? -1) >= visitSince;
    const spared = missed || this.#isOver(error, since, callMaxMs) || this.#wasSilent(client, since);
    const { code, outcome } = error;
    ledger.check(!swarm.calm || spared, "I15", () => `${call} failed while servers drained: ${code}, ${outcome}`);
  }

  /** A server tells a client to leave. */
  farewell(link: Link): void {
    const [client, server] = link.processes;
    this.#farewells.set(`${server.name}/${client.name}`, this.now);
  }

  /** A client hears that it is welcome on this line. */
  welcomed(link: Link): void {
    this.#welcomed.add(link);
  }

  /** A side closes a line. Where it has heard nothing, what it said last, a ping among it, has not arrived yet. */
  closing(link: Link, side: Side, code: number): void {
    // A client that gives up an attempt to connect says the same.
    if (code !== SILENT || (side === 0 && !this.#welcomed.has(link))) return;
    const { swarm, ledger } = this.#ground;
    this.#silent.set(link.processes[0].name, this.now);
    const { graceMs = Infinity } = side === 0 ? swarm.clientLimits : swarm.serverLimits;
    const isSlow = this.now - link.busySince(side) >= graceMs;
    const who = link.processes[side].name;
    ledger.check(!swarm.calm || isSlow, "I15", () => `${who} takes ${link.name} for silent, which is whole and quick`);
  }

  #isOver({ code }: RpcError, since: number, afterMs: number): boolean {
    return code === "DEADLINE_EXCEEDED" && this.now - since >= afterMs;
  }

  #wasSilent(client: string, since: number): boolean {
    return (this.#silent.get(client) ?? -1) >= since;
  }
}

interface CallbackStanding {
  /** Whether the client has begun to work on it. */
  readonly started: boolean;
  readonly server: string;
  readonly visitSince: number;
}

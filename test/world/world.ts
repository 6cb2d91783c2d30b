/**
 * A world: the real servers and the real clients, in processes that fail, over byte streams that fail, with a backplane
 * between the servers. Time is virtual and chance comes from a seed, so the same seed is the same run. Whatever holds
 * always is checked as it happens; then faults stop, a minute passes, and everything must be settled.
 *
 * Programs use promises, so between two moments of virtual time every promise that can settle does: a turn of the event
 * loop begins when no microtask is left. Nothing here waits for real time.
 */
import { type InvariantBroken, Random, Trace, VirtualClock } from "@trunkline/core/simulation";
import { numbering } from "@trunkline/server/internal";
import { SharedBackplane } from "./backplane.js";
import { Calm } from "./calm.js";
import { makeWorkloads, type Workloads } from "./contract.js";
import { Crowd } from "./crowd.js";
import { Faults, type PlannedFault } from "./faults.js";
import { Fleet } from "./fleet.js";
import { type Figures, Ledger } from "./ledger.js";
import { Router } from "./router.js";
import type { Stage } from "./stage.js";
import { drawSwarm, type FaultKind } from "./swarm.js";
import { WireWatch } from "./wire-watch.js";

/** What came of one seed. */
export interface Life {
  readonly seed: number;
  /** Of all that happened: the same seed gives the same. */
  readonly hash: string;
  readonly figures: Readonly<Figures>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly virtualMs: number;
  /** What did not hold first. Undefined: everything held. */
  readonly broken: InvariantBroken | undefined;
}

export interface LiveOptions {
  /** Hears every line of the trace. */
  readonly listen?: (line: string) => void;
  /** The numbers of the faults that happen. Default: all that the seed plans. */
  readonly faults?: ReadonlySet<number>;
}

const QUIET_MS = 60_000;
/** Well into the quiet minute something is published that everybody must hear. */
const CONCLUDE_MS = 50_000;
/** Longer than a close handshake and any session's life. */
const LEAVING_MS = 40_000;

/** Lives one world. Only one may live at a time: a rejection that nobody handles is taken for its own (I13). */
export function live(seed: number, { listen, faults }: LiveOptions = {}): Promise<Life> {
  return new World(seed, listen).live(faults);
}

/** The faults that a seed plans, in the order in which they strike. */
export function plannedFaults(seed: number): readonly PlannedFault[] {
  return new World(seed, undefined).planned;
}

class World {
  readonly #seed: number;
  readonly #clock: VirtualClock;
  readonly #trace: Trace;
  readonly #ledger: Ledger;
  readonly #stage: Stage;
  readonly #workloads: Workloads;
  readonly #faults: Faults;
  readonly #fleet: Fleet;
  readonly #crowd: Crowd;
  readonly #router: Router;

  constructor(seed: number, listen: ((line: string) => void) | undefined) {
    const random = new Random(seed);
    this.#seed = seed;
    const clock = new VirtualClock(random.fork());
    this.#clock = clock;
    this.#trace = new Trace(seed, () => clock.now(), listen);
    this.#ledger = new Ledger(this.#trace);
    const ground = { clock, ledger: this.#ledger, swarm: drawSwarm(random), busy: true, fork: () => random.fork() };
    const parts = { backplane: new SharedBackplane(ground), calm: new Calm(ground) };
    const stage: Stage = Object.assign(ground, parts);
    this.#stage = stage;
    this.#faults = new Faults(stage);
    this.#workloads = makeWorkloads(stage);
    this.#fleet = new Fleet(stage, this.#workloads);
    const watch = new WireWatch(this.#ledger, this.#workloads.pages.ears, stage.calm);
    this.#router = new Router({ stage, watch, servers: this.#fleet.servers, faults: this.#faults });
    this.#crowd = new Crowd(stage, this.#workloads, this.#router);
  }

  get planned(): readonly PlannedFault[] {
    return this.#faults.planned;
  }

  async live(only: ReadonlySet<number> | undefined): Promise<Life> {
    const unhandled = (reason: unknown) => this.#ledger.check(false, "I13", () => `nobody handles ${String(reason)}`);
    process.on("unhandledRejection", unhandled);
    // Numbers of topics are in messages, whose sizes must not depend on the worlds before this one.
    numbering.last = 0;
    try {
      await this.#play(only);
    } finally {
      process.off("unhandledRejection", unhandled);
    }
    return {
      seed: this.#seed,
      hash: this.#trace.hash,
      figures: this.#ledger.figures,
      faults: this.#faults.counts,
      virtualMs: this.#clock.now(),
      broken: this.#ledger.broken,
    };
  }

  async #play(only: ReadonlySet<number> | undefined): Promise<void> {
    const { busyMs } = this.#stage.swarm;
    const { servers } = this.#fleet;
    this.#faults.begin({ fleet: this.#fleet, crowd: this.#crowd, router: this.#router }, only);
    if (!(await this.#runUntil(busyMs))) return;
    this.#heal();
    if (!(await this.#runUntil(busyMs + CONCLUDE_MS))) return;
    for (const workload of Object.values(this.#workloads)) {
      for (const server of servers) workload.conclude?.(server);
    }
    if (!(await this.#runUntil(busyMs + QUIET_MS))) return;
    this.#crowd.expectReady();
    for (const workload of Object.values(this.#workloads)) workload.expectQuiet();
    if (!(await this.#runUntil(busyMs + QUIET_MS + 5_000))) return;
    this.#expectNothingHeld();
    for (const { client } of this.#crowd.clients) client.$connection.close();
    if (!(await this.#runUntil(busyMs + QUIET_MS + LEAVING_MS))) return;
    for (const { server, process } of servers) {
      this.#ledger.check(
        server.connections.size === 0,
        "I10",
        () => `${process.name} still has ${server.connections.size} sessions`,
      );
      await server.close();
    }
    if (!(await this.#runUntil(busyMs + QUIET_MS + 2 * LEAVING_MS))) return;
    this.#ledger.check(this.#clock.idle, "I10", () => "everybody has left, and a timer still runs");
  }

  #heal(): void {
    this.#stage.busy = false;
    this.#ledger.say("world", "heals");
    this.#fleet.heal();
    this.#crowd.heal();
    this.#router.heal();
  }

  /**
   * Nothing is in progress: what is left are sessions with a transport, a heartbeat and perhaps an expiry for each, and
   * the server's look at what all of them hold. Whoever is on its way to another connection has a handshake there, and
   * an attempt of its own.
   */
  #expectNothingHeld(): void {
    const moves = this.#stage.swarm.connectionAgeMs < Infinity ? 1 : 0;
    for (const { server, process, visits } of this.#fleet.servers) {
      const held = visits.reduce((sum, { connection }) => sum + connection.held, 0);
      const found = `${server.running} handlers, ${held} units, ${process.armed} timers, ${visits.length} sessions`;
      const perSession = this.#stage.swarm.hard.has("expiring credentials") ? 2 : 1;
      const expected = visits.length === 0 ? 0 : (perSession + moves) * visits.length + 1;
      const quiet = server.running === 0 && held === 0 && process.armed <= expected;
      this.#ledger.check(quiet, "I10", () => `${process.name} still has ${found}`);
    }
    for (const { process } of this.#crowd.clients) {
      this.#ledger.check(
        process.armed <= 1 + 2 * moves,
        "I10",
        () => `${process.name} still has ${process.armed} timers`,
      );
    }
  }

  /** False: something did not hold. */
  async #runUntil(time: number): Promise<boolean> {
    await turn();
    while (this.#clock.nextAt <= time && this.#ledger.broken === undefined) {
      this.#clock.step();
      await turn();
      for (const server of this.#fleet.servers) server.expectBounded();
    }
    if (this.#ledger.broken !== undefined) return false;
    this.#clock.runUntil(time);
    return true;
  }
}

/** Every promise that can settle has settled when it begins. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

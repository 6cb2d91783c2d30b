/**
 * A world: clients and servers, each end a real conversation, linked by a network that fails, under one virtual clock.
 * A seed decides everything that happens in it; the same seed is the same run.
 *
 * A run is busy for some seconds, in which calls are made and harm is done. Then all is well for a quiet minute, or
 * some more while a small window still lets items through, after which everything must have settled and nothing may be
 * held (I10). Last, the clients leave, sessions expire, and no
 * timer may be left.
 */
import type { Transport } from "../transport.js";
import type { CallRecord, Harm } from "./call-record.js";
import { Faults, type PlannedFault } from "./faults.js";
import { Link } from "./network.js";
import { expectQuiet } from "./quiet.js";
import { Random } from "./random.js";
import { Script } from "./script.js";
import { SimulatedClient } from "./simulated-client.js";
import { SimulatedServer } from "./simulated-server.js";
import { Sources } from "./sources.js";
import type { Speaker, Surroundings } from "./speaker.js";
import { drawSwarm, type FaultKind, type Swarm } from "./swarm.js";
import { Trace } from "./trace.js";
import { VirtualClock } from "./virtual-clock.js";
import { WireWatch } from "./wire-watch.js";
import { Workload } from "./workload.js";

/** Figures of a run in which everything held. */
export interface Run {
  readonly seed: number;
  /** Of all that happened: the same seed gives the same. */
  readonly hash: string;
  readonly calls: number;
  readonly events: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly virtualMs: number;
  /** What its callers have suffered, counted call by call. */
  readonly harm: Harm;
}

export interface SimulateOptions {
  /** Hears every line of the trace. */
  readonly listen?: (line: string) => void;
  /** The numbers of the faults that happen. Default: all that the seed plans. */
  readonly faults?: ReadonlySet<number>;
}

const kinds = ["lost", "duplicated", "reordered", "unsettled"] as const;

const QUIET_MS = 60_000;
/** Quiet minutes in all, for items that a small window lets through one by one. */
const QUIET_MINUTES = 10;
/** Longer than a close handshake and any session's life. */
const LEAVING_MS = 30_000;

/**
 * Runs one world.
 *
 * @throws InvariantBroken as soon as something does not hold that always must.
 */
export function simulate(seed: number, { listen, faults }: SimulateOptions = {}): Run {
  return new World(seed, listen).run(faults);
}

/** The faults that a seed plans, in the order in which they strike. */
export function plannedFaults(seed: number): readonly PlannedFault[] {
  return new World(seed, undefined).planned;
}

class World {
  readonly #seed: number;
  readonly #swarm: Swarm;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #around: Surroundings;
  readonly #records: CallRecord[] = [];
  readonly #links: Link[] = [];
  readonly #clients: SimulatedClient[] = [];
  readonly #servers: SimulatedServer[] = [];
  readonly #workload: Workload;
  readonly #faults: Faults;

  constructor(seed: number, listen: ((line: string) => void) | undefined) {
    const random = new Random(seed);
    this.#seed = seed;
    this.#random = random;
    this.#swarm = drawSwarm(random);
    this.#clock = new VirtualClock(random.fork());
    const clock = this.#clock;
    const trace = new Trace(seed, () => clock.now(), listen);
    const script = new Script({ clock, trace }, random.fork(), this.#records);
    const sources = new Sources({ clock, trace }, random.fork());
    this.#around = { clock, trace, wire: new WireWatch(trace), script, sources };
    this.#workload = new Workload(this.#swarm, random.fork(), this.#around, this.#records);
    this.#faults = new Faults(this.#swarm, random.fork(), this.#around, {
      links: this.#links,
      clients: this.#clients,
      servers: this.#servers,
      crash: (server) => this.#crash(server),
    });
    for (let i = 0; i < this.#swarm.servers; i++) this.#servers.push(this.#server(i));
    for (let i = 0; i < this.#swarm.clients; i++) this.#clients.push(this.#client(i));
  }

  get planned(): readonly PlannedFault[] {
    return this.#faults.planned;
  }

  run(faults: ReadonlySet<number> | undefined): Run {
    const { busyMs } = this.#swarm;
    this.#faults.begin(faults);
    this.#clock.runUntil(busyMs);
    this.#around.script.busy = false;
    this.#around.sources.busy = false;
    this.#workload.busy = false;
    this.#settle();
    expectQuiet(this.#around.trace, this.#records, this.#speakers());
    for (const client of this.#clients) client.close();
    this.#clock.advance(LEAVING_MS);
    this.#around.trace.check(this.#clock.idle, "I10", () => "everybody has left, and a timer still runs");
    return {
      seed: this.#seed,
      hash: this.#around.trace.hash,
      calls: this.#records.length,
      events: this.#records.reduce((sum, { arrived }) => sum + arrived, 0),
      faults: this.#faults.counts,
      virtualMs: this.#clock.now(),
      harm: this.#harm(),
    };
  }

  /** A quiet minute, and another as long as something is held and frames still arrive. */
  #settle(): void {
    for (let minute = 0, before = -1; minute < QUIET_MINUTES && this.#arrived !== before; minute++) {
      before = this.#arrived;
      this.#clock.advance(QUIET_MS);
      if (this.#speakers().every(({ conversation: { holdings } }) => holdings.backlog + holdings.replay === 0)) return;
    }
  }

  /** Frames that have arrived in the sessions there are. */
  get #arrived(): number {
    return this.#speakers().reduce((sum, { conversation }) => sum + conversation.received, 0);
  }

  #harm(): Harm {
    const sum = { lost: 0, duplicated: 0, reordered: 0, unsettled: 0 };
    for (const { harm } of this.#records) for (const kind of kinds) sum[kind] += harm[kind];
    return sum;
  }

  #speakers(): Speaker[] {
    return [...this.#clients.map(({ speaker }) => speaker), ...this.#servers.flatMap(({ speakers }) => speakers)];
  }

  #server(index: number): SimulatedServer {
    return new SimulatedServer({
      name: `s${index + 1}`,
      limits: this.#swarm.serverLimits,
      around: this.#around,
      closeLateMs: () => this.#faults.lateness(),
      opened: (speaker) => {
        if (this.#swarm.hard.has("calls both ways") && this.#around.script.busy) this.#workload.assign(speaker, 4);
      },
    });
  }

  #client(index: number): SimulatedClient {
    const client = new SimulatedClient({
      name: `c${index + 1}`,
      limits: this.#swarm.clientLimits,
      around: this.#around,
      random: this.#random.fork(),
      dial: () => this.#dial(),
    });
    this.#workload.assign(client.speaker, this.#swarm.callsPerClient);
    return client;
  }

  #dial(): Transport | undefined {
    const server = this.#random.pick(this.#servers);
    if (!server.up || this.#faults.refusesDial()) return undefined;
    const { hard, delayMs } = this.#swarm;
    const link = new Link({
      clock: this.#clock,
      random: this.#random.fork(),
      delayMs,
      ...(hard.has("jitter") ? { jitterMs: 40 } : {}),
      ...(hard.has("small buffer") ? { bufferSize: this.#random.between(1, 2_000) } : {}),
    });
    this.#links.push(link);
    server.accept(link);
    return link.ends[0];
  }

  #crash(server: SimulatedServer): void {
    for (const speaker of server.speakers) this.#workload.orphan(speaker);
    server.crash();
  }
}

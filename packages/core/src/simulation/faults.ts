/** Does harm to a world while it is busy, and counts it. */
import type { Link } from "./network.js";
import type { Random } from "./random.js";
import type { SimulatedClient } from "./simulated-client.js";
import type { SimulatedServer } from "./simulated-server.js";
import type { Surroundings } from "./speaker.js";
import type { FaultKind, Swarm } from "./swarm.js";

/** What there is to harm. */
export interface Victims {
  readonly links: readonly Link[];
  readonly clients: readonly SimulatedClient[];
  readonly servers: readonly SimulatedServer[];
  crash(server: SimulatedServer): void;
}

/** Longest that a crashed server stays away, or an end does not notice that its link is gone. */
const LATE_MS = 2_000;

/** One fault that a seed plans. Numbers count from 1, and name it in a replay. */
export interface PlannedFault {
  readonly number: number;
  readonly kind: FaultKind | "late close";
  /** When it strikes. Undefined: now and then, as long as the world is busy. */
  readonly at: number | undefined;
}

interface Strike extends PlannedFault {
  /** Chance of its own, so that leaving others out changes nothing about it. */
  readonly random: Random;
}

export class Faults {
  /** How often each kind was done. */
  readonly counts = new Map<FaultKind, number>();
  /** All that this seed plans, whether or not it is left out. */
  readonly planned: readonly Strike[];
  readonly #swarm: Swarm;
  readonly #around: Surroundings;
  readonly #victims: Victims;
  #spared: ReadonlySet<PlannedFault> = new Set();

  constructor(swarm: Swarm, random: Random, around: Surroundings, victims: Victims) {
    this.#swarm = swarm;
    this.#around = around;
    this.#victims = victims;
    this.planned = plan(swarm, random);
  }

  /** The harm begins. `only`: all faults but these are left out. */
  begin(only: ReadonlySet<number> | undefined): void {
    this.#spared = new Set(this.planned.filter(({ number }) => only !== undefined && !only.has(number)));
    for (const strike of this.planned) {
      if (strike.at !== undefined && !this.#spared.has(strike)) {
        this.#around.clock.after(strike.at, () => this.#strike(strike));
      }
    }
  }

  /** Whether a client that dials now is turned away. */
  refusesDial(): boolean {
    const busy = this.#around.clock.now() < this.#swarm.busyMs;
    const random = this.#throughout("dial refused");
    if (!busy || !random?.chance(0.2)) return false;
    this.#count("dial refused");
    return true;
  }

  /** How late a transport is closed that is of no use any more. */
  lateness(): number {
    const random = this.#throughout("late close");
    return random?.chance(0.5) ? random.int(LATE_MS) : 0;
  }

  #throughout(kind: PlannedFault["kind"]): Random | undefined {
    const fault = this.planned.find((planned) => planned.kind === kind);
    return fault === undefined || this.#spared.has(fault) ? undefined : fault.random;
  }

  #strike({ kind, random }: Strike): void {
    if (kind !== "late close" && this.#harm(kind, random)) this.#count(kind);
  }

  /** False: there was nothing to harm in this way. */
  #harm(kind: FaultKind, random: Random): boolean {
    const { clients, servers } = this.#victims;
    if (kind === "takeover") return random.pick(clients).move(random.int(LATE_MS));
    if (kind === "server crash") return this.#crash(random.pick(servers), random);
    const whole = this.#victims.links.filter((link) => link.whole);
    if (whole.length === 0) return false;
    const link = random.pick(whole);
    const side = random.pick([0, 1] as const);
    if (kind === "cut") link.cut();
    else if (kind === "cut noticed late") link.cut({ lateMs: random.int(LATE_MS) });
    else if (kind === "half open") link.cut({ unaware: side });
    else link.block(side);
    return true;
  }

  #crash(server: SimulatedServer, random: Random): boolean {
    if (!server.up) return false;
    this.#victims.crash(server);
    this.#around.clock.after(random.int(LATE_MS), () => {
      server.up = true;
    });
    return true;
  }

  #count(kind: FaultKind): void {
    this.#around.trace.say("fault", kind);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

/** The harm of a whole busy time. */
function plan({ faults, busyMs }: Swarm, random: Random): Strike[] {
  const strikes: Omit<Strike, "number">[] = [];
  if (faults.includes("dial refused")) strikes.push({ kind: "dial refused", at: undefined, random: random.fork() });
  if (faults.includes("cut noticed late")) strikes.push({ kind: "late close", at: undefined, random: random.fork() });
  const kinds = faults.filter((kind) => kind !== "dial refused");
  for (let left = kinds.length === 0 ? 0 : random.int(16); left > 0; left--) {
    strikes.push({ kind: random.pick(kinds), at: random.int(busyMs), random: random.fork() });
  }
  strikes.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
  return strikes.map((strike, index) => ({ number: index + 1, ...strike }));
}

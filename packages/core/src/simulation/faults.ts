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

export class Faults {
  /** How often each kind was done. */
  readonly counts = new Map<FaultKind, number>();
  readonly #swarm: Swarm;
  readonly #random: Random;
  readonly #around: Surroundings;
  readonly #victims: Victims;

  constructor(swarm: Swarm, random: Random, around: Surroundings, victims: Victims) {
    this.#swarm = swarm;
    this.#random = random;
    this.#around = around;
    this.#victims = victims;
  }

  /** Plans the harm of the whole busy time. */
  plan(): void {
    const kinds = this.#swarm.faults.filter((kind) => kind !== "dial refused");
    if (kinds.length === 0) return;
    const count = this.#random.int(16);
    for (let i = 0; i < count; i++) {
      this.#around.clock.after(this.#random.int(this.#swarm.busyMs), () => this.#strike(this.#random.pick(kinds)));
    }
  }

  /** Whether a client that dials now is turned away. */
  refusesDial(): boolean {
    const busy = this.#around.clock.now() < this.#swarm.busyMs;
    if (!busy || !this.#swarm.faults.includes("dial refused") || !this.#random.chance(0.2)) return false;
    this.#count("dial refused");
    return true;
  }

  /** How late a transport is closed that is of no use any more. */
  lateness(): number {
    const late = this.#swarm.faults.includes("cut noticed late") && this.#random.chance(0.5);
    return late ? this.#random.int(LATE_MS) : 0;
  }

  #strike(kind: FaultKind): void {
    if (this.#harm(kind)) this.#count(kind);
  }

  /** False: there was nothing to harm in this way. */
  #harm(kind: FaultKind): boolean {
    const { clients, servers } = this.#victims;
    const random = this.#random;
    if (kind === "takeover") return random.pick(clients).move(random.int(LATE_MS));
    if (kind === "server crash") return this.#crash(random.pick(servers));
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

  #crash(server: SimulatedServer): boolean {
    if (!server.up) return false;
    this.#victims.crash(server);
    this.#around.clock.after(this.#random.int(LATE_MS), () => {
      server.up = true;
    });
    return true;
  }

  #count(kind: FaultKind): void {
    this.#around.trace.say("fault", kind);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

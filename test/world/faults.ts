/** Does harm to a world while it is busy, and counts it. What a seed plans can be left out one by one, for shrinking. */
import type { Random } from "@trunkline/core/simulation";
import type { Crowd } from "./crowd.js";
import type { Fleet } from "./fleet.js";
import type { Link } from "./link.js";
import type { Router } from "./router.js";
import type { Stage } from "./stage.js";
import type { FaultKind } from "./swarm.js";

/** One fault that a seed plans. Numbers count from 1, and name it in a replay. */
export interface PlannedFault {
  readonly number: number;
  readonly kind: FaultKind;
  /** When it strikes. Undefined: now and then, as long as the world is busy. */
  readonly at: number | undefined;
}

interface Strike extends PlannedFault {
  /** Chance of its own, so that leaving others out changes nothing about it. */
  readonly random: Random;
}

/** What there is to harm. */
export interface Victims {
  readonly fleet: Fleet;
  readonly crowd: Crowd;
  readonly router: Router;
}

const LATE_MS = 3_000;
const LONGEST_PAUSE_MS = 40_000;
const HOUR_MS = 3_600_000;
/** Those that have no moment of their own. */
const throughout: readonly FaultKind[] = ["dial refused", "late close", "flapping"];

export class Faults {
  /** How often each kind was done. */
  readonly counts = new Map<FaultKind, number>();
  readonly planned: readonly Strike[];
  readonly #stage: Stage;
  #spared: ReadonlySet<number> | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.planned = plan(stage);
  }

  /** The harm begins. `only`: all faults but these are left out. */
  begin(victims: Victims, only: ReadonlySet<number> | undefined): void {
    this.#spared = only;
    for (const strike of this.planned) {
      const { at, number } = strike;
      if (at === undefined || only?.has(number) === false) continue;
      this.#stage.clock.after(at, () => {
        if (this.#stage.busy && this.#harm(strike, victims)) this.#count(strike.kind);
      });
    }
  }

  /** Whether a client that dials now finds nobody. */
  refusesDial(): boolean {
    const refused = this.#throughout("dial refused")?.chance(0.25) ?? false;
    if (refused) this.#count("dial refused");
    return refused;
  }

  /** A link has been opened: a server that flaps closes it again soon. */
  dialed(link: Link): void {
    const random = this.#throughout("flapping");
    if (!random?.chance(0.6)) return;
    this.#stage.clock.after(random.int(600), () => {
      if (!link.whole) return;
      this.#count("flapping");
      link.reset();
    });
  }

  #throughout(kind: FaultKind): Random | undefined {
    const strike = this.planned.find((planned) => planned.kind === kind);
    const spared = strike === undefined || this.#spared?.has(strike.number) === false;
    return spared || !this.#stage.busy ? undefined : strike.random;
  }

  #lateness(): number {
    const random = this.#throughout("late close");
    if (!random?.chance(0.5)) return 0;
    this.#count("late close");
    return random.int(LATE_MS);
  }

  /** False: there was nothing to harm in this way. */
  #harm({ kind, random }: Strike, victims: Victims): boolean {
    if (kind.startsWith("server") || kind === "deploy" || kind === "wall clock jump") {
      return this.#harmServer(kind, random, victims.fleet);
    }
    if (kind === "backplane trouble") return this.#stage.backplane.trouble(random);
    if (["reset", "fin", "half open", "blackhole", "stall"].includes(kind)) {
      return this.#harmLink(kind, random, victims.router);
    }
    return this.#harmClient(kind, random, victims);
  }

  #harmLink(kind: FaultKind, random: Random, router: Router): boolean {
    const { whole } = router;
    if (whole.length === 0) return false;
    const link = random.pick(whole);
    const side = random.pick([0, 1] as const);
    this.#stage.ledger.say(link.name, `suffers ${kind}`);
    if (kind === "reset") link.reset({ lateMs: this.#lateness() });
    else if (kind === "fin") link.finish(this.#lateness());
    else if (kind === "half open") link.reset({ unaware: side });
    else if (kind === "blackhole") link.blackhole(side);
    else {
      link.stall();
      this.#stage.clock.after(random.int(20_000), () => link.flow());
    }
    return true;
  }

  #harmServer(kind: FaultKind, random: Random, fleet: Fleet): boolean {
    const servers = fleet.servers.filter(({ inRotation, server }) => inRotation && server.state === "serving");
    if (servers.length === 0) return false;
    const server = random.pick(servers);
    if (kind === "deploy") fleet.deploy(server, random);
    else if (kind === "server crash") fleet.crash(server, { told: random.chance(0.7), awayMs: random.int(LATE_MS) });
    else if (kind === "wall clock jump") server.process.skewMs += random.between(-HOUR_MS, HOUR_MS);
    else {
      server.process.pause();
      this.#stage.clock.after(random.int(LONGEST_PAUSE_MS), () => server.process.resume());
    }
    return true;
  }

  #harmClient(kind: FaultKind, random: Random, { crowd, fleet, router }: Victims): boolean {
    const client = random.pick(crowd.clients);
    if (kind === "client crash") crowd.crash(client, random.chance(0.6));
    else if (kind === "client pause") {
      client.process.pause();
      this.#stage.clock.after(random.int(LONGEST_PAUSE_MS), () => client.process.resume());
    } else if (kind === "offline") crowd.offline(client, { told: random.chance(0.5), forMs: random.int(20_000) });
    else if (kind === "reconnect") client.reconnect();
    else if (kind === "revoke") crowd.revoke(client.identity, fleet.servers);
    else {
      client.spoil(random.pick(["unknown", "busy", "missing", "somebody else's"] as const));
      // What is wrong with them shows when they are asked for.
      for (const link of router.whole) if (link.processes[0] === client.process) link.reset();
    }
    return true;
  }

  #count(kind: FaultKind): void {
    this.#stage.ledger.say("fault", kind);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

/** The harm of a whole busy time. */
function plan({ swarm, fork }: Stage): Strike[] {
  const random = fork();
  const strikes: Omit<Strike, "number">[] = [];
  for (const kind of throughout) {
    if (swarm.faults.has(kind)) strikes.push({ kind, at: undefined, random: random.fork() });
  }
  const kinds = [...swarm.faults].filter((kind) => !throughout.includes(kind));
  for (let left = kinds.length === 0 ? 0 : random.int(16); left > 0; left--) {
    strikes.push({ kind: random.pick(kinds), at: random.int(swarm.busyMs), random: random.fork() });
  }
  strikes.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
  return strikes.map((strike, index) => ({ number: index + 1, ...strike }));
}

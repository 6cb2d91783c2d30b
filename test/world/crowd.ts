/** The clients of a world, what they do while it is busy, and what happens to them. */
import type { Random } from "@trunkline/core/simulation";
import { ClientProgram } from "./client-program.js";
import { act, type Workloads } from "./contract.js";
import { Process } from "./process.js";
import type { Router } from "./router.js";
import type { ServerProgram } from "./server-program.js";
import type { Stage } from "./stage.js";

/** A user whose client has stopped does something about it after so long, at most. */
const PATIENCE_MS = 5_000;

export class Crowd {
  readonly clients: ClientProgram[] = [];
  readonly #stage: Stage;
  readonly #workloads: Workloads;
  readonly #router: Router;
  readonly #random: Random;
  #started = 0;

  constructor(stage: Stage, workloads: Workloads, router: Router) {
    this.#stage = stage;
    this.#workloads = workloads;
    this.#router = router;
    this.#random = stage.fork();
    for (let left = stage.swarm.clients; left > 0; left--) this.clients.push(this.#start());
  }

  /** Its process dies, and another starts in its place. */
  crash(client: ClientProgram, told: boolean): void {
    this.#stage.ledger.say(client.name, "crashes");
    client.die(told);
    for (const workload of Object.values(this.#workloads)) workload.orphan(client);
    this.clients[this.clients.indexOf(client)] = this.#start();
  }

  /** `told`: its sockets say so at once; otherwise it finds out. */
  offline(client: ClientProgram, { told, forMs }: { readonly told: boolean; readonly forMs: number }): void {
    client.online = false;
    for (const link of client.links) {
      if (told) link.reset();
      else for (const side of [0, 1] as const) link.blackhole(side);
    }
    this.#stage.clock.after(forMs, () => {
      client.online = true;
    });
  }

  /** Everything of an identity ends on every server. Its clients stop, until their users sign in again. */
  revoke(identity: string, servers: readonly ServerProgram[]): void {
    for (const client of this.clients) if (client.identity === identity) client.mayStop.add("revoked");
    for (const server of servers) server.revoke(identity);
  }

  /** Faults are over: everybody is awake, online, and knows the password. */
  heal(): void {
    for (const client of this.clients) {
      client.process.resume();
      client.online = true;
      client.spoil(undefined);
    }
  }

  /**
   * Every client is connected, or idle because nobody asked anything of it, or has stopped for a reason of ours. Where
   * connections are given up with age, one may be on its way to the next.
   */
  expectReady(): void {
    for (const { name, status, mayStop, used } of this.clients) {
      const stopped = status.state === "stopped" && mayStop.size > 0;
      const idle = status.state === "idle" && !used;
      const aging = status.state === "leaving" && this.#stage.swarm.connectionAgeMs < Infinity;
      const ready = status.state === "ready" || stopped || idle || aging;
      this.#stage.ledger.check(ready, "I10", () => `${name} is ${JSON.stringify(status)}`);
    }
  }

  #start(): ClientProgram {
    const { clock, ledger, swarm } = this.#stage;
    const number = ++this.#started;
    const name = `client ${number}`;
    const process = new Process(name, clock, (error) => {
      ledger.check(false, "I13", () => `${name} throws ${error instanceof Error ? error.stack : String(error)}`);
    });
    const client = new ClientProgram({
      process,
      stage: this.#stage,
      identity: swarm.hard.has("shared identities") ? `user ${number % 2}` : `user ${number}`,
      random: this.#random.fork(),
      dial: (program) => this.#router.dialerFor(program),
      serve: (program) => this.#workloads.errands.serves?.(program, this.#random),
    });
    this.#employ(client, this.#random.fork());
    return client;
  }

  /** Lets a client do things between now and the end of the busy time. */
  #employ(client: ClientProgram, random: Random): void {
    const { clock, swarm } = this.#stage;
    const leftMs = Math.max(1, swarm.busyMs - clock.now());
    const burst = swarm.hard.has("bursts") ? random.int(leftMs) : undefined;
    // Something is asked early, so that there is a connection to be harmed.
    clock.after(random.int(200), () => client.process.run(() => this.#act(client, random)));
    for (let left = swarm.actsPerClient; left > 1; left--) {
      clock.after(burst ?? random.int(leftMs), () => client.process.run(() => this.#act(client, random)));
    }
    this.#lookAfter(client, random);
  }

  #act(client: ClientProgram, random: Random): void {
    client.used = true;
    act(this.#workloads, client, random);
  }

  /** A user signs in again where a client has stopped, and puts right what was wrong. */
  #lookAfter(client: ClientProgram, random: Random): void {
    this.#stage.clock.after(random.int(PATIENCE_MS), () => {
      if (!this.#stage.busy || !client.process.alive) return;
      if (random.chance(0.5)) client.spoil(undefined);
      if (client.status.state === "stopped" && random.chance(0.7)) client.reconnect();
      this.#lookAfter(client, random);
    });
  }
}

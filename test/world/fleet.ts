/** The servers of a world: places, in each of which one process follows another, by a crash or by a deploy. */
import type { Random } from "@trunkline/core/simulation";
import type { Workloads } from "./contract.js";
import { Process } from "./process.js";
import { ServerProgram } from "./server-program.js";
import type { Stage } from "./stage.js";

/** How often a server does something of its own, at most. */
const STIR_MS = 3_000;

export class Fleet {
  /** Every process that has not ended, those that drain among them. */
  readonly servers: ServerProgram[] = [];
  readonly #stage: Stage;
  readonly #workloads: Workloads;
  readonly #random: Random;
  #started = 0;

  constructor(stage: Stage, workloads: Workloads) {
    this.#stage = stage;
    this.#workloads = workloads;
    this.#random = stage.fork();
    for (let left = stage.swarm.servers; left > 0; left--) this.start();
  }

  start(): void {
    const { clock, ledger, backplane } = this.#stage;
    const name = `server ${++this.#started}`;
    const process = new Process(name, clock, (error) => {
      ledger.check(false, "I13", () => `${name} throws ${error instanceof Error ? error.stack : String(error)}`);
    });
    ledger.say(name, "starts");
    const server = new ServerProgram({
      process,
      stage: this.#stage,
      workloads: this.#workloads,
      backplane: backplane.view(process),
    });
    this.servers.push(server);
    this.#stirLater(server, this.#random.fork());
  }

  /** Its process dies, and another starts so much later. */
  crash(server: ServerProgram, { told, awayMs }: { readonly told: boolean; readonly awayMs: number }): void {
    const isReplaced = server.server.state !== "serving";
    this.#stage.ledger.say(server.process.name, "crashes");
    this.#end(server, told);
    if (!isReplaced) this.#stage.clock.after(awayMs, () => this.start());
  }

  /** A new version: the old process drains and ends, while the router may send people to it still. */
  deploy(server: ServerProgram, random: Random): void {
    const { clock, ledger } = this.#stage;
    ledger.say(server.process.name, "is to be replaced");
    clock.after(random.int(2_000), () => this.start());
    clock.after(random.chance(0.5) ? 0 : random.int(1_000), () => {
      server.inRotation = false;
    });
    const options = { spreadMs: random.int(5_000), deadlineMs: 20_000 };
    server.process.run(() => {
      server.drain(options).then(
        () => clock.after(0, () => this.#end(server, true)),
        (error: unknown) => ledger.check(false, "I13", () => `a drain rejects with ${String(error)}`),
      );
    });
  }

  /** Faults are over: everybody is awake, and by the right time. */
  heal(): void {
    for (const { process } of this.servers) {
      process.skewMs = 0;
      process.resume();
    }
  }

  #end(server: ServerProgram, told: boolean): void {
    const index = this.servers.indexOf(server);
    if (index < 0) return;
    this.servers.splice(index, 1);
    this.#stage.ledger.say(server.process.name, "is gone");
    server.die(told);
    for (const workload of Object.values(this.#workloads)) workload.gone?.(server);
  }

  #stirLater(server: ServerProgram, random: Random): void {
    this.#stage.clock.after(random.int(STIR_MS), () => {
      if (!this.#stage.busy || !server.process.alive) return;
      server.process.run(() => {
        for (const workload of Object.values(this.#workloads)) {
          workload.stir?.(server, random);
        }
      });
      this.#stirLater(server, random);
    });
  }
}

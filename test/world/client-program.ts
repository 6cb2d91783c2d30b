/** A client process: the real client, its credentials, and a count of its attempts that is kept apart (I11). */
import {
  type Client,
  type ConnectionStatus,
  createClient,
  type OpenTransport,
  queryCache,
  type Router,
} from "@trunkline/client";
import type { Random } from "@trunkline/core/simulation";
import { contract, type WorldContract } from "./contract.js";
import type { Link } from "./link.js";
import type { Process } from "./process.js";
import type { Credentials } from "./server-program.js";
import type { Stage } from "./stage.js";

/** A welcome that has held for so long ends the count of attempts. */
const STABLE_MS = 10_000;

/** What goes wrong with credentials. `missing`: the program cannot get any. */
type Wrong = Credentials["wrong"] | "missing" | "somebody else's";

export interface ClientProgramOptions {
  readonly process: Process;
  readonly stage: Stage;
  readonly identity: string;
  readonly random: Random;
  dial(program: ClientProgram): OpenTransport;
  /** What servers may call. */
  serve(program: ClientProgram): Router<object> | undefined;
}

class NoCredentials extends Error {}

export class ClientProgram {
  readonly process: Process;
  readonly identity: string;
  readonly client: Client<WorldContract>;
  readonly links = new Set<Link>();
  online = true;
  /** Whether anything was ever asked of it. */
  used = false;
  /** Why it may have stopped: what was done to it. */
  readonly mayStop = new Set<string>();
  readonly #stage: Stage;
  readonly #random: Random;
  #wrong: Wrong;
  #status: ConnectionStatus = { state: "idle" };
  #readyAt = 0;
  /** Attempts that count; undefined where it is not for us to say. */
  #attempts: number | undefined = 0;

  constructor({ process, stage, identity, random, dial, serve }: ClientProgramOptions) {
    this.process = process;
    this.identity = identity;
    this.#stage = stage;
    this.#random = random;
    const served = serve(this);
    // Whoever serves connects at once.
    this.used = served !== undefined;
    this.client = createClient(contract, {
      url: "world:",
      transport: dial(this),
      clock: process,
      random: () => random.next(),
      limits: stage.swarm.clientLimits,
      auth: () => this.#credentials(),
      cache: queryCache({ entries: random.pick([1, 2, 1_000]), bytes: random.pick([1_000, 1_000_000]) }),
      ...(served === undefined ? {} : { serve: served }),
      onError: (error) => {
        const known = error instanceof NoCredentials;
        stage.ledger.check(known, "I13", () => `${process.name} reports ${String(error)}`);
      },
    });
    this.client.$connection.subscribe((status) => this.#changed(status));
  }

  get name(): string {
    return this.process.name;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** From now on its credentials are wrong in this way; undefined: they are right again. */
  spoil(wrong: Wrong): void {
    this.#wrong = wrong;
    if (wrong === "unknown" || wrong === "somebody else's") this.mayStop.add(wrong);
  }

  /** The user asks for it. */
  reconnect(): void {
    this.process.run(() => {
      // What dials already goes on with it.
      const dials = this.#status.state === "connecting" || this.#status.state === "leaving";
      if (!dials) this.#attempts = 0;
      this.client.$connection.reconnect();
    });
  }

  /** The process dies. `told`: its kernel still says so to whoever it was connected to. */
  die(told: boolean): void {
    this.process.die();
    for (const link of this.links) link.died(0, told);
    this.links.clear();
  }

  async #credentials(): Promise<Credentials> {
    const { swarm, clock } = this.#stage;
    const slow = this.#stage.busy && this.#random.chance(0.1);
    if (slow) await this.process.sleep(this.#random.int(1_500));
    const wrong = this.#wrong;
    if (wrong === "missing") throw new NoCredentials("no credentials to be had");
    const lifeMs = swarm.hard.has("expiring credentials") ? this.#random.between(3_000, 40_000) : undefined;
    const guest = {
      client: this.name,
      identity: wrong === "somebody else's" ? "somebody else" : this.identity,
      expiresAt: lifeMs === undefined ? undefined : clock.wallNow() + lifeMs,
    };
    const takesMs = this.#stage.busy && this.#random.chance(0.1) ? this.#random.int(2_500) : 0;
    return { guest, takesMs, wrong: wrong === "somebody else's" ? undefined : wrong };
  }

  #changed(status: ConnectionStatus): void {
    const before = this.#status;
    this.#status = status;
    const { ledger } = this.#stage;
    ledger.say(this.name, `is ${status.state}`);
    if (status.state === "ready") this.#readyAt = this.process.now();
    else if (status.state === "leaving") this.#attempts = undefined;
    else if (status.state === "waiting") this.#expectCounted(before, status.attempt);
    else if (status.state === "stopped") this.#expectStopped(status.reason);
  }

  /** Each loss counts, unless the connection had held long enough before. */
  #expectCounted(before: ConnectionStatus, attempt: number): void {
    const held = before.state === "ready" && this.process.now() - this.#readyAt >= STABLE_MS;
    const expected = this.#attempts === undefined ? attempt : (held ? 0 : this.#attempts) + 1;
    const { ledger } = this.#stage;
    ledger.check(attempt === expected, "I11", () => `${this.name} waits as after ${attempt} attempts of ${expected}`);
    this.#attempts = attempt;
  }

  #expectStopped(reason: string): void {
    const { ledger } = this.#stage;
    ledger.say(this.name, `has stopped: ${reason}`);
    ledger.check(this.mayStop.size > 0, "I10", () => `${this.name} has stopped for no reason of ours: ${reason}`);
  }
}

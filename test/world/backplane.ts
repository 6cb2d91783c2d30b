/**
 * A backplane that all servers of a world share: logs in the memory of a machine that never fails, and for each server
 * a view of it over a network that does. A view is slow, refuses, forgets to say that it has appended, and loses its
 * place; what it delivers is in order.
 */
import { RpcError } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import {
  type AppendOptions,
  type Backplane,
  type Entry,
  type Follower,
  MemoryBackplane,
  type Page,
  type Position,
  type ReadOptions,
} from "@trunkline/server";
import type { Process } from "./process.js";
import type { Stage } from "./stage.js";

/** As much of a stage as it needs. */
type Ground = Pick<Stage, "clock" | "fork">;

export class SharedBackplane {
  readonly #logs = new Map<string, unknown[]>();
  readonly engine: MemoryBackplane;
  readonly #ground: Ground;
  readonly #views = new Set<BackplaneView>();

  constructor(ground: Ground) {
    this.#ground = ground;
    this.engine = new MemoryBackplane({ clock: ground.clock });
  }

  /** A server's own way to it. */
  view(process: Process): Backplane {
    const view = new BackplaneView(this, process, this.#ground);
    this.#views.add(view);
    return view;
  }

  /** Every event that was ever appended to this topic, in order. It grows. */
  log(topic: string): readonly unknown[] {
    return this.#log(topic);
  }

  append(topic: string, text: string, options: AppendOptions): Promise<Position> {
    this.#log(topic).push(JSON.parse(text));
    return this.engine.append(topic, text, options);
  }

  /** One server loses its connection to it, and has it again so much later. */
  trouble(random: Random): boolean {
    const views = [...this.#views].filter(({ usable }) => usable);
    if (views.length === 0) return false;
    random.pick(views).fail(random.int(4_000));
    return true;
  }

  #log(topic: string): unknown[] {
    const log = this.#logs.get(topic) ?? [];
    this.#logs.set(topic, log);
    return log;
  }
}

class BackplaneView implements Backplane {
  readonly shared = true;
  readonly #backplane: SharedBackplane;
  readonly #process: Process;
  readonly #random: Random;
  readonly #ground: Ground;
  readonly #delayMs: number;
  readonly #followers = new Set<Following>();
  #downUntil = 0;

  constructor(backplane: SharedBackplane, process: Process, ground: Ground) {
    this.#backplane = backplane;
    this.#process = process;
    this.#ground = ground;
    this.#random = ground.fork();
    this.#delayMs = this.#random.pick([0, 2, 50]);
  }

  get usable(): boolean {
    return this.#process.alive && !this.#down;
  }

  get #down(): boolean {
    return this.#ground.clock.now() < this.#downUntil;
  }

  fail(forMs: number): void {
    this.#downUntil = this.#ground.clock.now() + forMs;
    for (const following of [...this.#followers]) this.#later(() => following.lose());
  }

  async append(topic: string, text: string, options: AppendOptions): Promise<Position> {
    await this.#pass();
    const position = await this.#backplane.append(topic, text, options);
    await this.#pass();
    return position;
  }

  async read(topic: string, options: ReadOptions): Promise<Page> {
    await this.#pass();
    const page = this.#backplane.engine.read(topic, options);
    await this.#pass();
    return page;
  }

  follow(topic: string, after: Position, follower: Follower): () => void {
    const following = new Following(follower, (task) => this.#later(task));
    this.#followers.add(following);
    const stop = this.#backplane.engine.follow(topic, after, following);
    return () => {
      following.stop();
      this.#followers.delete(following);
      stop();
    };
  }

  /** A message there, or back. */
  async #pass(): Promise<void> {
    await this.#process.sleep(this.#delayMs);
    if (this.#down) throw new RpcError("UNAVAILABLE", { message: "the backplane cannot be reached" });
  }

  /** What is said to this server is said in its process, and in order. */
  #later(task: () => void): void {
    this.#ground.clock.after(this.#delayMs, () => this.#process.run(task));
  }
}

/** Hears the engine at once, and tells the server later. Alarms of one moment have no order, so this keeps it. */
class Following implements Follower {
  #state: "following" | "stopped" = "following";
  readonly #told: ((follower: Follower) => void)[] = [];
  readonly #follower: Follower;
  readonly #later: (task: () => void) => void;

  constructor(follower: Follower, later: (task: () => void) => void) {
    this.#follower = follower;
    this.#later = later;
  }

  entry(entry: Entry): void {
    this.#tell((follower) => follower.entry(entry));
  }

  dropped(offset: number): void {
    this.#tell((follower) => follower.dropped(offset));
  }

  lost(): void {
    this.#tell((follower) => follower.lost());
  }

  failed(error: unknown): void {
    this.#tell((follower) => follower.failed(error));
  }

  /** The connection to the engine is gone, with what was on it. */
  lose(): void {
    if (this.#state === "stopped") return;
    this.stop();
    this.#follower.lost();
  }

  stop(): void {
    this.#state = "stopped";
    this.#told.length = 0;
  }

  #tell(say: (follower: Follower) => void): void {
    if (this.#state === "stopped") return;
    this.#told.push(say);
    this.#later(() => this.#told.shift()?.(this.#follower));
  }
}

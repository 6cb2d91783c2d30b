/**
 * A process of a world: whatever runs in it runs through here, so that it can stand still and can die. While it is
 * paused its timers and its sockets wait, and then all come at once; once it is dead nothing in it ever runs again. It
 * is the clock of what runs in it, and its time of the day may be wrong.
 */
import type { Alarm, Clock } from "@trunkline/core/internal";
import type { VirtualClock } from "@trunkline/core/simulation";

type State =
  | { readonly name: "running" }
  /** What would have run meanwhile, in the order in which it was due. */
  | { readonly name: "paused"; readonly held: (() => void)[] }
  | { readonly name: "dead" };

const running: State = Object.freeze({ name: "running" });

export class Process implements Clock {
  /** By how much its time of the day is off. */
  skewMs = 0;
  #state: State = running;
  #pauses = 0;
  readonly #armed = new Set<Alarm>();
  readonly #clock: VirtualClock;
  readonly #caught: (error: unknown) => void;

  /** `caught` hears what is thrown by whatever runs in it (I13). */
  constructor(
    readonly name: string,
    clock: VirtualClock,
    caught: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#caught = caught;
  }

  get alive(): boolean {
    return this.#state.name !== "dead";
  }

  get paused(): boolean {
    return this.#state.name === "paused";
  }

  /** How often it has stood still. */
  get pauses(): number {
    return this.#pauses;
  }

  /** Alarms that are set. */
  get armed(): number {
    return this.#armed.size;
  }

  now(): number {
    return this.#clock.now();
  }

  wallNow(): number {
    return this.#clock.wallNow() + this.skewMs;
  }

  alarm(wake: () => void): Alarm {
    // One that was due while the process stood still, and was moved before its turn, does not ring.
    let setting = 0;
    const alarm: Alarm = this.#clock.alarm(() => {
      const due = setting;
      this.run(() => {
        if (due !== setting) return;
        this.#armed.delete(alarm);
        wake();
      });
    });
    return {
      set: (at) => {
        setting++;
        if (at === Infinity || !this.alive) this.#armed.delete(alarm);
        else this.#armed.add(alarm);
        alarm.set(this.alive ? at : Infinity);
      },
      clear: () => {
        setting++;
        this.#armed.delete(alarm);
        alarm.clear();
      },
    };
  }

  defer(task: () => void): void {
    queueMicrotask(() => this.run(task));
  }

  later(task: () => void): void {
    this.#clock.later(() => this.run(task));
  }

  /** Runs this now, when the process goes on, or never. */
  run(task: () => void): void {
    if (this.#state.name === "dead") return;
    if (this.#state.name === "paused") return void this.#state.held.push(task);
    try {
      task();
    } catch (error) {
      this.#caught(error);
    }
  }

  /** A promise of a program that runs here: it never settles once the process is dead. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.alarm(resolve).set(this.now() + ms));
  }

  pause(): void {
    if (this.#state.name !== "running") return;
    this.#pauses++;
    this.#state = { name: "paused", held: [] };
  }

  resume(): void {
    if (this.#state.name !== "paused") return;
    const { held } = this.#state;
    this.#state = running;
    for (const task of held) this.run(task);
  }

  die(): void {
    this.#state = { name: "dead" };
    for (const alarm of this.#armed) alarm.clear();
    this.#armed.clear();
  }
}

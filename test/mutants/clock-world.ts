/**
 * A world of the real clock on a platform of its own: timers that fire at once for a delay above 2^31 - 1 ms, as every
 * platform's do, and time that passes only here. An alarm may not wake early, and may not keep the platform busy (I10).
 */
import { systemClock } from "@trunkline/core/internal";
import { InvariantBroken, Random } from "@trunkline/core/simulation";
import { patch, uprootAfter } from "./plant.js";

const DAY_MS = 86_400_000;
/** What a platform's timer takes. */
const MOST_MS = 2 ** 31 - 1;

export function simulateClock(seed: number): void {
  uprootAfter(() => new ClockWorld(seed).run());
}

class ClockWorld {
  readonly #seed: number;
  readonly #random: Random;
  readonly #timers = new Map<number, { readonly at: number; readonly task: () => void }>();
  #now = 0;
  #started = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
  }

  run(): void {
    this.#replacePlatform();
    const days = this.#random.pick([0.001, 1, 24, 25, 30, 60]);
    const at = days * DAY_MS;
    let woken: number | undefined;
    systemClock
      .alarm(() => {
        woken = this.#now;
      })
      .set(at);
    while (woken === undefined && this.#fireNext()) {
      const most = 1 + Math.ceil(at / MOST_MS);
      this.#expect(this.#started <= most, `${this.#started} timers for one alarm in ${days} days`);
    }
    this.#expect(woken !== undefined && woken >= at, `an alarm for ${at} wakes at ${woken}`);
  }

  #replacePlatform(): void {
    patch(performance, "now", () => () => this.#now);
    patch(globalThis, "setTimeout", () => this.#setTimeout as never);
    patch(globalThis, "clearTimeout", () => ((timer: number) => void this.#timers.delete(timer)) as never);
  }

  readonly #setTimeout = <Args extends unknown[]>(
    task: (...args: Args) => void,
    delayMs: number,
    ...args: Args
  ): number => {
    const at = this.#now + (delayMs > MOST_MS ? 1 : delayMs);
    this.#timers.set(++this.#started, { at, task: () => task(...args) });
    return this.#started;
  };

  #fireNext(): boolean {
    const [first] = [...this.#timers].sort(([, one], [, other]) => one.at - other.at);
    if (first === undefined) return false;
    this.#timers.delete(first[0]);
    this.#now = first[1].at;
    first[1].task();
    return true;
  }

  #expect(holds: boolean, detail: string): void {
    if (!holds) throw new InvariantBroken("I10", this.#seed, detail, []);
  }
}

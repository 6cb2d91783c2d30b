/**
 * A clock whose time passes only when it is told to, so that a minute takes as long as what happens in it. What falls
 * on the same moment happens in an order drawn from the seed: no run depends on who asked first.
 */
import type { Alarm, Clock } from "../clock.js";
import { Agenda, type Entry } from "./agenda.js";
import { Random } from "./random.js";

/** The time of the day at which virtual time begins: 2025, in any zone. */
const EPOCH = Date.UTC(2025, 5, 1);

export class VirtualClock implements Clock {
  readonly #agenda = new Agenda();
  readonly #random: Random;
  #deferred: (() => void)[] = [];
  #now = 0;

  /** `random` draws the order of what falls on the same moment. */
  constructor(random: Random = new Random(0)) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return EPOCH + this.#now;
  }

  alarm(wake: () => void): Alarm {
    return new VirtualAlarm((at, task) => this.#schedule(at, task), wake);
  }

  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  later(task: () => void): void {
    this.after(0, task);
  }

  /** Runs a task once, so many milliseconds from now. */
  after(delayMs: number, task: () => void): void {
    this.#schedule(this.#now + delayMs, task);
  }

  /** Whether nothing will ever happen again by itself. */
  get idle(): boolean {
    return this.#deferred.length === 0 && this.#agenda.peek() === undefined;
  }

  /** Lets the next thing happen: what was deferred, else the earliest entry, to whose time it goes. False: nothing is left. */
  step(): boolean {
    if (this.#deferred.length > 0) {
      const tasks = this.#deferred;
      this.#deferred = [];
      for (const task of tasks) task();
      return true;
    }
    const entry = this.#agenda.take();
    if (entry === undefined) return false;
    this.#now = entry.at;
    entry.task?.();
    return true;
  }

  /** Lets everything happen up to this time, which it then is. */
  runUntil(time: number): void {
    while (this.#deferred.length > 0 || (this.#agenda.peek()?.at ?? Infinity) <= time) this.step();
    this.#now = Math.max(this.#now, time);
  }

  /** Lets so many milliseconds pass. */
  advance(ms: number): void {
    this.runUntil(this.#now + ms);
  }

  /** When something will happen next by itself. `Infinity`: never. */
  get nextAt(): number {
    return this.#deferred.length > 0 ? this.#now : (this.#agenda.peek()?.at ?? Infinity);
  }

  #schedule(at: number, task: () => void): Entry {
    const entry = { at: Math.max(at, this.#now), tie: this.#random.bits(), task };
    this.#agenda.add(entry);
    return entry;
  }
}

/** As the platform's: moved to later, it keeps its entry and looks again when that comes up. */
class VirtualAlarm implements Alarm {
  readonly #schedule: (at: number, task: () => void) => Entry;
  readonly #wake: () => void;
  #entry: Entry | undefined;
  #target = Infinity;

  constructor(schedule: (at: number, task: () => void) => Entry, wake: () => void) {
    this.#schedule = schedule;
    this.#wake = wake;
  }

  set(at: number): void {
    if (at === Infinity) return this.clear();
    this.#target = at;
    if (this.#entry !== undefined && this.#entry.at <= at) return;
    if (this.#entry !== undefined) this.#entry.task = undefined;
    this.#entry = this.#schedule(at, () => this.#fire());
  }

  clear(): void {
    if (this.#entry !== undefined) this.#entry.task = undefined;
    this.#entry = undefined;
    this.#target = Infinity;
  }

  #fire(): void {
    const early = this.#entry !== undefined && this.#entry.at < this.#target;
    this.#entry = undefined;
    if (early) return this.set(this.#target);
    this.#target = Infinity;
    this.#wake();
  }
}

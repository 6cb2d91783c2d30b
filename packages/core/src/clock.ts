/** Time, and the only place that starts timers. */

/** One timer that its owner moves about. */
export interface Alarm {
  /** Wake at this time, and not before; `Infinity`: do not wake. Replaces what was set. */
  set(at: number): void;
  /** Stops it, so that it holds neither memory nor the process. */
  clear(): void;
}

export interface Clock {
  /** Milliseconds that only grow. Only differences mean anything. */
  now(): number;
  /** The time of the day, in milliseconds since the epoch. It may jump: nothing is measured by it. */
  wallNow(): number;
  alarm(wake: () => void): Alarm;
  /** Runs a task when the current turn is over, before anything else happens. */
  defer(task: () => void): void;
  /** Runs a task soon, after everything else that waits has had its turn. */
  later(task: () => void): void;
}

/** Not every platform has it. */
declare const setImmediate: ((task: () => void) => unknown) | undefined;

/** The longest delay a platform timer takes; longer ones would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const settled = Promise.resolve();

/** The platform's clock. Monotonic, so a changed wall clock changes nothing. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  wallNow: () => Date.now(),
  alarm: (wake: () => void) => new SystemAlarm(wake),
  // Not `queueMicrotask`: Node makes a resource of its own of each.
  defer: (task: () => void) => void settled.then(task),
  later: (task: () => void) => void (typeof setImmediate === "function" ? setImmediate(task) : setTimeout(task, 0)),
});

/**
 * Moving the alarm to later costs nothing: the timer that runs is left to fire early and then looks again. So an owner
 * may set its alarm on every message.
 */
class SystemAlarm implements Alarm {
  readonly #wake: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firesAt = Infinity;
  #target = Infinity;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  set(at: number): void {
    this.#target = at;
    if (at < this.#firesAt) this.#start(at);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Infinity;
    this.#target = Infinity;
  }

  #start(at: number): void {
    clearTimeout(this.#timer);
    const delay = Math.min(Math.max(0, Math.ceil(at - performance.now())), MAX_DELAY_MS);
    this.#firesAt = at;
    this.#timer = setTimeout(SystemAlarm.#fires, delay, this);
  }

  /** One for all alarms, as there may be many. */
  static readonly #fires = (alarm: SystemAlarm): void => alarm.#fire();

  #fire(): void {
    this.#timer = undefined;
    this.#firesAt = Infinity;
    if (this.#target === Infinity) return;
    if (performance.now() < this.#target) return this.#start(this.#target);
    this.#target = Infinity;
    this.#wake();
  }
}

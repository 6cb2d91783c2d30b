/** A page in the hands of a test: it is hidden, frozen, revived and put to sleep as the test says. */
import type { VirtualClock } from "@trunkline/core/simulation";
import type { Page } from "../src/page-life.js";

export class FakePage implements Page {
  readonly window = new CountedTarget();
  readonly document = Object.assign(new CountedTarget(), { visibilityState: "visible" as DocumentVisibilityState });
  readonly #clock: VirtualClock;
  /** From the monotonic clock to the wall clock. */
  #offsetMs = 1_700_000_000_000;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** How many listeners there are. */
  get listeners(): number {
    return this.window.count + this.document.count;
  }

  wallNow(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** The computer sleeps, and its monotonic clock stops; negative: somebody sets the wall clock back. */
  sleep(ms: number): void {
    this.#offsetMs += ms;
  }

  hide(): void {
    this.document.visibilityState = "hidden";
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  show(): void {
    this.document.visibilityState = "visible";
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  resume(): void {
    this.document.dispatchEvent(new Event("resume"));
  }

  hear(type: "online" | "focus"): void {
    this.window.dispatchEvent(new Event(type));
  }

  turn(type: "pagehide" | "pageshow", { persisted }: { readonly persisted: boolean }): void {
    this.window.dispatchEvent(Object.assign(new Event(type), { persisted }));
  }
}

class CountedTarget extends EventTarget {
  readonly #listeners = new Map<string, Set<unknown>>();

  get count(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  override addEventListener(...[type, listener]: Parameters<EventTarget["addEventListener"]>): void {
    super.addEventListener(type, listener);
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  override removeEventListener(...[type, listener]: Parameters<EventTarget["removeEventListener"]>): void {
    super.removeEventListener(type, listener);
    this.#listeners.get(type)?.delete(listener);
  }
}

/**
 * What this process holds of one topic's log while somebody reads it: everything that is kept, then what comes. All
 * readers share it, and each has no more than a cursor into it. A window is closed, opening, or open; it is open only
 * while it has readers.
 */
import {
  type Clock,
  chain,
  type EncodedEvent,
  gap,
  guard,
  isGap,
  isThenable,
  type ReportedGap,
} from "@trunkline/core/internal";
import type { Backplane, Entry, Follower, Keep, Page } from "./backplane.js";
import { BoundedLog } from "./bounded-log.js";

/** What a log holds for its readers. */
export type Item = EncodedEvent | ReportedGap;

/** The topic's log as far as this process has it. */
export interface View {
  readonly epoch: string;
  readonly log: BoundedLog<Item>;
}

type State =
  | { readonly name: "closed" }
  | { readonly name: "opening"; readonly opened: Promise<void> }
  | { readonly name: "open"; readonly view: View; stop(): void };

export interface WindowOptions {
  readonly topic: string;
  readonly backplane: Backplane;
  readonly keep: Keep;
  readonly clock: Clock;
  /** Throws for an entry that cannot be read. */
  decode(epoch: string, entry: Entry): EncodedEvent;
  /** Hears what readers are not told in full. Does not throw. */
  report(error: unknown): void;
  /** The last reader has left. */
  deserted(): void;
}

/** How often a reader waits for a log that is lost as soon as it was read. */
const ATTEMPTS = 3;

export class Window {
  readonly #options: WindowOptions;
  #state: State = closed;
  #readers = 0;
  /** Readers who have read everything. */
  readonly #waiting = new Set<() => void>();

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  get readers(): number {
    return this.#readers;
  }

  enter(): void {
    this.#readers++;
  }

  leave(): void {
    if (--this.#readers > 0) return;
    this.#close();
    this.#options.deserted();
  }

  /** What is there to be read now. Rejects when the backplane cannot be reached. */
  async view(): Promise<View> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (this.#state.name === "closed") this.#open();
      const state = this.#state;
      if (state.name === "opening") await state.opened;
      if (state.name === "open") {
        state.view.log.trim(this.#options.clock.now());
        return state.view;
      }
    }
    throw new Error("the log was lost again and again while it was read");
  }

  /** Calls back, once, when there may be more to read. Returns what takes that back. */
  wait(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  #open(): void {
    const { backplane, topic, keep } = this.#options;
    const page = chain(undefined, () => backplane.read(topic, { limit: keep.events }));
    if (!isThenable(page)) return this.#opened(page);
    const state: State = {
      name: "opening",
      opened: page.then(
        (ready) => {
          // Readers may have left, and others come, while the answer was under way.
          if (this.#state === state) this.#opened(ready);
        },
        (error: unknown) => {
          if (this.#state === state) this.#state = closed;
          throw error;
        },
      ),
    };
    state.opened.catch(() => {});
    this.#state = state;
  }

  #opened({ epoch, start, entries, end }: Page): void {
    const { backplane, topic, keep } = this.#options;
    const view = { epoch, log: new BoundedLog<Item>(keep, start) };
    let stop: (() => void) | undefined;
    let isOver = false;
    const state: State = {
      name: "open",
      view,
      stop: () => {
        isOver = true;
        stop?.();
      },
    };
    this.#state = state;
    for (const entry of entries) this.#append(view, entry);
    stop = backplane.follow(topic, { epoch, offset: end }, this.#follower(state));
    if (isOver) stop();
  }

  #follower(state: State & { readonly name: "open" }): Follower {
    const { report } = this.#options;
    const { view } = state;
    const ifOpen = (act: () => void) => {
      if (this.#state === state) guard(act, report);
    };
    return {
      entry: (entry) =>
        ifOpen(() => {
          if (entry.offset <= view.log.end) return;
          this.#append(view, entry);
          this.#wake();
        }),
      dropped: (offset) => ifOpen(() => view.log.dropTo(offset)),
      // Whoever waits reads on, and finds what there is then.
      lost: () =>
        ifOpen(() => {
          this.#close();
          this.#wake();
        }),
      failed: report,
    };
  }

  #append({ epoch, log }: View, entry: Entry): void {
    const { offset, text, ageMs, key } = entry;
    const now = this.#options.clock.now();
    const item = this.#item(epoch, entry);
    const bytes = isGap(item) ? 0 : Buffer.byteLength(text);
    log.append({ offset, item, bytes, at: now - ageMs, key }, now);
  }

  #item(epoch: string, entry: Entry): Item {
    const { keep, decode } = this.#options;
    try {
      // Kept, it would drive out all others.
      if (Buffer.byteLength(entry.text) > keep.bytes) throw new RangeError("an event is larger than keep.bytes");
      return decode(epoch, entry);
    } catch (error) {
      this.#options.report(error);
      return gap({ reason: "an event could not be read" });
    }
  }

  #close(): void {
    if (this.#state.name === "open") this.#state.stop();
    this.#state = closed;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

const closed: State = Object.freeze({ name: "closed" });

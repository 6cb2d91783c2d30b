/**
 * What this process holds of one topic's log while somebody reads it: everything that is kept, then what comes. All
 * readers share it, and each has no more than a cursor into it. A window is closed, opening, or open; it is open only
 * while it has readers. Some wait to be woken, one by one; those with a seat are served in turns.
 */
import { type Clock, chain, type EncodedEvent, gap, guard, isGap, isThenable } from "@trunkline/core/internal";
import type { Backplane, Entry, Follower, Keep, Page } from "./backplane.js";
import { BoundedLog } from "./bounded-log.js";
import type { FannedOut, FanOut } from "./fan-out.js";
import { Messages } from "./messages.js";
import { type Seated, Seats } from "./seats.js";
import type { Item, View } from "./view.js";

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
  /** What a stream is told of an error of the backplane. */
  explain(error: unknown): unknown;
  /** Has a turn for the streams with a seat. */
  readonly fanOut: FanOut;
  /** Hears what readers are not told in full. Does not throw. */
  report(error: unknown): void;
  /** The last reader has left. */
  deserted(): void;
}

/** How often a log is read anew that is lost as soon as it was read. */
const ATTEMPTS = 3;

export class Window implements FannedOut {
  readonly messages = new Messages();
  readonly #options: WindowOptions;
  #state: State = closed;
  #readers = 0;
  /** Readers who have read everything. */
  readonly #waiting = new Set<() => void>();
  readonly #seats = new Seats();
  /** How often the log was lost since anything came of it. */
  #losses = 0;

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
    this.#options.fanOut.remove(this);
    this.#options.deserted();
  }

  /** Enters with a stream that is served in turns. False: its reader has one here already. */
  seat(reader: object, stream: Seated): boolean {
    if (!this.#seats.add(reader, stream)) return false;
    this.enter();
    return true;
  }

  seats(reader: object, stream: Seated): boolean {
    return this.#seats.has(reader, stream);
  }

  /** The stream leaves. */
  unseat(reader: object, stream: Seated): void {
    if (!this.#seats.has(reader, stream)) return;
    this.#seats.remove(reader);
    this.leave();
  }

  /** What is there now. Undefined: it is being read, and streams with a seat have their turn then. Throws when it cannot be. */
  look(): View | undefined {
    if (this.#state.name === "closed") {
      try {
        if (this.#losses > ATTEMPTS) throw new Error("the log was lost again and again while it was read");
        this.#open();
      } catch (error) {
        throw this.#options.explain(error);
      }
    }
    if (this.#state.name !== "open") return undefined;
    this.#state.view.log.trim(this.#options.clock.now());
    return this.#state.view;
  }

  /** A stream was served out of turn. `more`: there is more for it. */
  served(more: boolean): void {
    if (more) this.#seats.begin();
    // Also to let go of what was made for it.
    if (this.#seats.size > 0) this.#options.fanOut.add(this);
  }

  get streams(): number {
    return this.#seats.size;
  }

  serve(streams: number): number {
    const served = this.#seats.serve(streams);
    if (!this.#seats.busy) this.messages.forget();
    return served;
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
          for (const stream of [...this.#seats]) stream.fail(this.#options.explain(error));
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
    this.messages.renumber();
    for (const entry of entries) this.#append(view, entry);
    stop = backplane.follow(topic, { epoch, offset: end }, this.#follower(state));
    if (isOver) stop();
    this.#wake();
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
          this.#losses = 0;
          this.#append(view, entry);
          this.#wake();
        }),
      dropped: (offset) => ifOpen(() => view.log.dropTo(offset)),
      // Whoever waits reads on, and finds what there is then.
      lost: () =>
        ifOpen(() => {
          this.#losses++;
          this.#close();
          this.#wake();
        }),
      failed: report,
    };
  }

  #append({ epoch, log }: View, entry: Entry): void {
    const { offset, text, ageMs, key } = entry;
    const now = this.#options.clock.now();
    const size = Buffer.byteLength(text);
    const item = this.#item(epoch, entry, size);
    const bytes = isGap(item) ? 0 : size;
    log.append({ offset, item, bytes, at: now - ageMs, key }, now);
  }

  #item(epoch: string, entry: Entry, bytes: number): Item {
    const { keep, decode } = this.#options;
    try {
      // Kept, it would drive out all others.
      if (bytes > keep.bytes) throw new RangeError("an event is larger than keep.bytes");
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
    if (this.#seats.size > 0) this.served(true);
  }
}

const closed: State = Object.freeze({ name: "closed" });

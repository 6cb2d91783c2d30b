/**
 * What this process holds of one topic's log while somebody reads it: everything that is kept, then what comes. All
 * readers share it, and each has no more than a cursor into it. A window is closed, opening, or open; it is open only
 * while it has readers. Some wait to be woken, one by one; those with a seat are served in turns.
 */
import { chain, isThenable } from "@trunkline/core/internal";
import type { Page } from "./backplane.js";
import type { FannedOut, FanOut } from "./fan-out.js";
import { FollowedLog, type LogOptions } from "./followed-log.js";
import { Messages } from "./messages.js";
import { type Seated, Seats } from "./seats.js";
import type { View } from "./view.js";

type State =
  | { readonly name: "closed" }
  | { readonly name: "opening"; readonly opened: Promise<void> }
  | { readonly name: "open"; readonly log: FollowedLog };

export interface WindowOptions extends LogOptions {
  /** What a stream is told of an error of the backplane. */
  explain(error: unknown): unknown;
  /** Has a turn for the streams with a seat. */
  readonly fanOut: FanOut;
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
    this.#state.log.trim();
    return this.#state.log;
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
        state.log.trim();
        return state.log;
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

  #opened(page: Page): void {
    const log = new FollowedLog(this.#options, page);
    this.#state = { name: "open", log };
    this.messages.renumber();
    log.follow(page.end, {
      grown: () => {
        this.#losses = 0;
        this.#wake();
      },
      // Whoever waits reads on, and finds what there is then.
      lost: () => {
        this.#losses++;
        this.#state = closed;
        this.#wake();
      },
    });
    this.#wake();
  }

  #close(): void {
    if (this.#state.name === "open") this.#state.log.close();
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

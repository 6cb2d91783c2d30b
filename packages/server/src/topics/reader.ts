/**
 * Reading a topic: an iterable that waits for what comes, until its reader stops or the signal fires. It holds a cursor
 * and nothing else, and enters the topic's window when it is first read, so that one that is never read costs nothing.
 */
import type { SlowReader } from "@trunkline/core";
import { Cursor, type Origin } from "./cursor.js";
import type { Item, Window } from "./window.js";

export interface ReaderOptions {
  readonly origin: Promise<Origin>;
  readonly slow: SlowReader | undefined;
  readonly signal: AbortSignal | undefined;
  /** The topic's window, entered. */
  enter(): Window;
  /** What the reader is told of an error of the backplane. */
  explain(error: unknown): unknown;
}

export class Reader implements AsyncIterableIterator<Item, undefined> {
  readonly #items: AsyncGenerator<Item, undefined>;
  readonly #options: ReaderOptions;
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#items = this.#read();
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return this.#items.next();
  }

  /** Ends the reading, also while it waits: a generator alone would only hear of it with the next event. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#stop();
    return this.#items.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async *#read(): AsyncGenerator<Item, undefined> {
    const { signal, slow, origin, enter, explain } = this.#options;
    if (signal?.aborted) return;
    const stop = () => this.#stop();
    signal?.addEventListener("abort", stop, { once: true });
    const window = enter();
    try {
      const cursor = new Cursor(await origin.catch(rethrow(explain)), slow);
      while (!this.#isOver) {
        const view = await window.view().catch(rethrow(explain));
        const item = cursor.next(view);
        if (item !== undefined) yield item;
        else if (!this.#isOver) await this.#more(window);
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      window.leave();
    }
  }

  #more(window: Window): Promise<void> {
    return new Promise((resolve) => {
      const forget = window.wait(() => resolve());
      this.#wake = () => {
        forget();
        resolve();
      };
    });
  }

  #stop(): void {
    this.#isOver = true;
    this.#wake?.();
  }
}

const rethrow = (explain: (error: unknown) => unknown) => (error: unknown) => {
  throw explain(error);
};

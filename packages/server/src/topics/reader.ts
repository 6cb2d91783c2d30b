/**
 * Reading a topic: an iterable that waits for what comes, until its reader stops or the signal fires. It holds a cursor
 * and nothing else, and enters the topic's window when it is first read, so that one that is never read costs nothing.
 *
 * Returned as it is from a subscription's handler it is not read at all: the topic feeds the stream (`subscriber.ts`).
 */
import { defaultLimits, type SlowReader } from "@trunkline/core";
import {
  type AnySchema,
  chain,
  type Fed,
  isThenable,
  type Outlet,
  type Shareable,
  type SharedStream,
  type SharingTerms,
  sharing,
} from "@trunkline/core/internal";
import type { Position } from "./backplane.js";
import { Cursor, type Origin } from "./cursor.js";
import { Subscriber } from "./subscriber.js";
import type { Item } from "./view.js";
import type { Window } from "./window.js";

export interface ReaderOptions {
  readonly origin: Origin | Promise<Origin>;
  /** What to tell a reader who does not know where it begins: the id of the event before. */
  readonly mark: ((position: Position) => string) | undefined;
  /** What the events are declared as. */
  readonly schema: AnySchema | undefined;
  readonly slow: SlowReader | undefined;
  readonly signal: AbortSignal | undefined;
  /** The topic's window, entered. */
  enter(): Window;
  /** What the reader is told of an error of the backplane. */
  explain(error: unknown): unknown;
}

export class Reader implements AsyncIterableIterator<Item, undefined>, Shareable {
  /** Made when it is first read. */
  #items: AsyncGenerator<Item, undefined> | undefined;
  readonly #options: ReaderOptions;
  #isOver = false;
  #wake: (() => void) | undefined;
  /** The stream that is fed in its place. */
  #fed: Subscriber | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    this.#items ??= this.#read();
    return this.#items.next();
  }

  /** Ends the reading, also while it waits: a generator alone would only hear of it with the next event. */
  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#stop();
    this.#fed?.end();
    this.#items ??= this.#read();
    return this.#items.return(undefined);
  }

  /** Undefined once somebody has begun to read. */
  [sharing]({ schema, jsonDepth }: SharingTerms): SharedStream | undefined {
    const isFresh = this.#items === undefined && this.#fed === undefined && !this.#isOver;
    if (!isFresh || schema !== this.#options.schema || jsonDepth < defaultLimits.jsonDepth) return undefined;
    return { feed: (outlet) => this.#feed(outlet) };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #feed(outlet: Outlet): Fed | undefined {
    const { origin, slow, signal, enter, explain } = this.#options;
    const window = enter();
    const subscriber = new Subscriber({ outlet, window, signal });
    const isSeated = subscriber.sit();
    window.leave();
    if (isSeated) this.#fed = subscriber;
    // Before anything that the stream brings, also where it is read.
    const begun = chain(origin, (at) => {
      this.#mark(outlet, at);
      subscriber.begin(new Cursor(at, slow));
    });
    if (isThenable(begun)) begun.then(undefined, (error: unknown) => subscriber.fail(explain(error)));
    return isSeated ? subscriber : undefined;
  }

  /** Nothing may come for long: a reader that loses its session meanwhile comes back to where it began. */
  #mark(outlet: Outlet, at: Origin): void {
    const { mark } = this.#options;
    if (mark !== undefined && typeof at === "object") outlet.mark(mark(at));
  }

  async *#read(): AsyncGenerator<Item, undefined> {
    const { signal, slow, origin, enter, explain } = this.#options;
    if (signal?.aborted) return;
    const stop = () => this.#stop();
    signal?.addEventListener("abort", stop, { once: true });
    const window = enter();
    try {
      const cursor = new Cursor(await Promise.resolve(origin).catch(rethrow(explain)), slow);
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

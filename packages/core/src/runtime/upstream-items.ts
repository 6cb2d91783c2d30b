/**
 * An upstream as its handler sees it: items wait here until they are taken, at most as many bytes as credit was granted,
 * and only what is taken is granted anew. So a handler that stops reading stops the source at the other end.
 *
 * It is read once. It ends as its caller's source ended: with the last item, or with an error.
 */

/** What the reading has to say to the machine. */
export interface ItemsListener {
  /** So many items were taken. */
  take(count: number): void;
  /** No more are wanted. */
  decline(): void;
}

/** From what arrived to what the handler gets. May throw, or reject: then the reading ends with that. */
export type DecodeItem = (item: unknown, index: number, blob: Uint8Array | undefined) => unknown;

interface Arrived {
  readonly item: unknown;
  /** The bytes that it speaks of. */
  readonly blob: Uint8Array | undefined;
}

interface Reader {
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

/** `open`: more may come. `complete`: what waits may still be taken. `closed`: nothing is left to take. */
type ItemsState =
  | { readonly name: "open" }
  | { readonly name: "complete" }
  | { readonly name: "closed"; readonly failure: { readonly error: unknown } | undefined };

const done = { done: true, value: undefined } as const;

export class UpstreamItems implements AsyncIterableIterator<unknown, undefined> {
  readonly #listener: ItemsListener;
  #decode: DecodeItem = (item) => item;
  #state: ItemsState = { name: "open" };
  #items: Arrived[] = [];
  readonly #readers: Reader[] = [];
  #index = 0;
  #isRead = false;

  constructor(listener: ItemsListener) {
    this.#listener = listener;
  }

  /** The handler is given them, decoded. */
  open(decode: DecodeItem): this {
    this.#decode = decode;
    return this;
  }

  push(item: unknown, blob?: Uint8Array): void {
    if (this.#state.name !== "open") return;
    this.#items.push({ item, blob: this.#readers.length > 0 ? blob : ownBytes(blob) });
    this.#pump();
  }

  complete(): void {
    if (this.#state.name === "open") this.#state = { name: "complete" };
    this.#pump();
  }

  /** What waits is of no use any more, and whoever reads hears why. */
  fail(error: unknown): void {
    if (this.#state.name !== "closed") this.#close({ error });
  }

  [Symbol.asyncIterator](): this {
    if (this.#isRead) throw new TypeError("an upstream can be read once, and it was read already");
    this.#isRead = true;
    return this;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#pump();
    });
  }

  /** No more is wanted of it: its source is closed, and the call goes on. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#stop(undefined);
    return done;
  }

  #pump(): void {
    while (this.#readers.length > 0 && this.#items.length > 0) {
      this.#give(this.#readers.shift()!, this.#items.shift()!);
      this.#listener.take(1);
    }
    if (this.#state.name === "complete" && this.#items.length === 0) this.#close(undefined);
    else if (this.#state.name === "closed") this.#dismiss(this.#state.failure);
  }

  #give({ resolve, reject }: Reader, { item, blob }: Arrived): void {
    const refused = (error: unknown) => {
      this.#stop({ error });
      reject(error);
    };
    try {
      const value = this.#decode(item, this.#index++, blob);
      if (value instanceof Promise) value.then((ready) => resolve({ done: false, value: ready }), refused);
      else resolve({ done: false, value });
    } catch (error) {
      refused(error);
    }
  }

  #stop(failure: { readonly error: unknown } | undefined): void {
    if (this.#state.name === "closed") return;
    this.#close(failure);
    this.#listener.decline();
  }

  #close(failure: { readonly error: unknown } | undefined): void {
    this.#state = { name: "closed", failure };
    this.#items = [];
    this.#dismiss(failure);
  }

  /** Every reader hears the end: a part of an upstream must not pass for the whole of it. */
  #dismiss(failure: { readonly error: unknown } | undefined): void {
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (failure === undefined) resolve(done);
      else reject(failure.error);
    }
  }
}

/** Bytes that wait are not to keep a message that is much larger than they are: credit counts only them. */
function ownBytes(blob: Uint8Array | undefined): Uint8Array | undefined {
  return blob !== undefined && blob.length * 2 < blob.buffer.byteLength ? new Uint8Array(blob) : blob;
}

/**
 * The source of a stream, asked for one event at a time. What its answers come to is made once, so that an event costs no
 * promise but the source's own. Only the first word of `finish` and `fail` counts to whoever hears them.
 */
import type { PulledStream, StreamItem } from "./open-stream.js";

/** Hears what became of each question. None of these throws. */
export interface PulledListener<Call> {
  item(call: Call, item: StreamItem): void;
  finish(call: Call): void;
  fail(call: Call, error: unknown): void;
}

export class PulledSource<Call> {
  readonly #call: Call;
  readonly #stream: PulledStream;
  readonly #listener: PulledListener<Call>;

  constructor(call: Call, stream: PulledStream, listener: PulledListener<Call>) {
    this.#call = call;
    this.#stream = stream;
    this.#listener = listener;
  }

  /** A source may be anybody's: it may throw where it should reject, and resolve with anything. */
  ask(): void {
    try {
      Promise.resolve(this.#stream.iterator.next()).then(this.#given, this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Nothing more is wanted. The source's own clean-up has ended when it is said to be finished, or to have failed. */
  close(): void {
    this.#return().then(() => this.#listener.finish(this.#call), this.#failed);
  }

  readonly #given = (result: IteratorResult<unknown>): void => {
    let value: unknown;
    try {
      if (result.done) return this.#listener.finish(this.#call);
      value = result.value;
    } catch (error) {
      return this.#failed(error);
    }
    this.#encode(value);
  };

  readonly #failed = (error: unknown): void => this.#listener.fail(this.#call, error);

  #encode(value: unknown): void {
    let item: StreamItem | Promise<StreamItem>;
    try {
      item = this.#stream.encode(value);
    } catch (error) {
      return this.#broken(error);
    }
    if (!(item instanceof Promise)) return this.#listener.item(this.#call, item);
    item.then(
      (ready) => this.#listener.item(this.#call, ready),
      (error: unknown) => this.#broken(error),
    );
  }

  /** The source did nothing wrong and does not know yet that it is over. */
  #broken(error: unknown): void {
    this.#failed(error);
    this.#return().catch(() => {});
  }

  async #return(): Promise<void> {
    await this.#stream.iterator.return?.();
  }
}

/**
 * The source of an upstream, as its caller gave it: read one item at a time, when the machine asks, and closed when no
 * more is wanted. One that nothing was read from is left as it is, for whoever tries again with it.
 */
import type { OutgoingCall } from "../machine/outgoing-call.js";
import type { SourceInput } from "../machine/outgoing-upstreams.js";
import type { Encoded } from "../protocol/blob.js";
import { Pace } from "./pace.js";

/** What a caller may send items from. A `ReadableStream` is one, on every platform. */
export type UpstreamSource<Item> = AsyncIterable<Item> | Iterable<Item> | ItemReadable<Item>;

/** As much of a `ReadableStream` as is used where it is no `AsyncIterable`. */
interface ItemReadable<Item> {
  getReader(): { read(): Promise<{ done: boolean; value?: Item }>; cancel(reason?: unknown): Promise<void> };
}

/** Who hears what a source has, once for each time it is read. */
interface SourceSpeaker<Sink> {
  say(input: SourceInput<Sink>): void;
}

export interface ItemSourceOptions {
  /** May throw: the item cannot travel. */
  encode(item: unknown): Encoded;
  /** Hears what a source throws when it is closed. */
  report(error: unknown): void;
}

interface ItemIterator {
  next(): PromiseLike<IteratorResult<unknown>> | IteratorResult<unknown>;
  return?(): unknown;
}

export class ItemSource {
  /** At which it is asked. */
  readonly Pace = Pace;
  readonly #source: UpstreamSource<unknown>;
  readonly #options: ItemSourceOptions;
  #iterator: ItemIterator | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: UpstreamSource<unknown>, options: ItemSourceOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Whether a value can be read from. A string can, letter by letter, which nobody means. */
  static accepts(value: unknown): value is UpstreamSource<unknown> {
    if (typeof value !== "object" || value === null) return false;
    return Symbol.asyncIterator in value || Symbol.iterator in value || "getReader" in value;
  }

  /** Why the call failed: what the source itself threw, if that was why. */
  blame(error: unknown): unknown {
    return this.#failure?.error ?? error;
  }

  /** Gets the next item, now or after a breath. */
  ask<Sink>(call: OutgoingCall<Sink>, pace: Pace, speaker: SourceSpeaker<Sink>): void {
    pace.step(() => {
      if (call.upstream?.state.name === "reading") void this.#read(call, speaker);
    }, call);
  }

  /** Never rejects. */
  async #read<Sink>(call: OutgoingCall<Sink>, speaker: SourceSpeaker<Sink>): Promise<void> {
    let item: unknown;
    try {
      this.#iterator ??= iteratorOf(this.#source);
      const result = await this.#iterator.next();
      if (result.done) return speaker.say({ type: "exhausted", call });
      item = result.value;
    } catch (error) {
      this.#failure = { error };
      return speaker.say({ type: "fault", call });
    }
    let value: Encoded;
    try {
      value = this.#options.encode(item);
    } catch (error) {
      this.#failure = { error };
      this.stop();
      return speaker.say({ type: "fault", call });
    }
    speaker.say({ type: "supply", call, value });
  }

  /** No more is wanted: its own clean-up runs. */
  stop(): void {
    const iterator = this.#iterator;
    if (iterator !== undefined) this.#close(iterator).catch((error: unknown) => this.#options.report(error));
  }

  async #close(iterator: ItemIterator): Promise<void> {
    await iterator.return?.();
  }
}

function iteratorOf(source: UpstreamSource<unknown>): ItemIterator {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return source[Symbol.iterator]();
  const reader = source.getReader();
  return {
    next: async () => (await reader.read()) as IteratorResult<unknown>,
    return: () => reader.cancel(),
  };
}

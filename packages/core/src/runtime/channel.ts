/**
 * A subscription as its reader sees it: events wait here until they are taken, at most as many as credit was granted,
 * and only what is taken is granted anew. So a reader that stops reading stops the generator at the other end.
 */
import { RpcError } from "../error/rpc-error.js";
import { guard } from "./guard.js";
import type { ItemSource } from "./item-source.js";
import { raised } from "./raise.js";
import type { Sink } from "./sink.js";

/** Events are missing between the one before and the one after, and cannot be had any more. */
export interface Gap {
  /** Why, for people. */
  readonly reason: string;
}

/** The reader's side of a subscription, in callbacks. */
export interface ChannelListener<Event, Failure extends RpcError = RpcError> {
  onEvent(event: Event): void;
  onGap?(gap: Gap): void;
  /** Default: the client's `onError`. */
  onError?(error: Failure): void;
  onEnd?(): void;
}

/** What a channel asks of the call it belongs to. */
export interface ChannelSource {
  /** So many events were taken. */
  consume(count: number): void;
  cancel(): void;
  /** The call has settled: let go of what was held for it. */
  release(): void;
}

export interface ChannelOptions {
  /** Of the subscription, dotted. */
  readonly path: string;
  /** Without it, a gap ends the reading with a `DATA_LOSS` error, so that it is never silent. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** Where the upstream of this subscription comes from, if it has one. */
  readonly source?: ItemSource | undefined;
  /** Hears what a caller's callback threw, or a failure that no callback hears: `what` says so then. */
  report(error: unknown, what?: string): void;
}

type Item<Event> = { readonly event: Event; readonly eventId: string | undefined } | { readonly gap: Gap };

/** `open`: more may come. `ending`: no more comes, what waits may still be taken. `closed`: nothing is left to take. */
type ChannelState =
  | { readonly name: "open" }
  | { readonly name: "ending"; readonly error: RpcError | undefined }
  | { readonly name: "closed" };

interface Reader<Event> {
  resolve(result: IteratorResult<Event, undefined> | Promise<never>): void;
}

export class Channel<Event> implements AsyncIterableIterator<Event, undefined>, AsyncDisposable, Sink {
  #state: ChannelState = { name: "open" };
  #items: Item<Event>[] = [];
  readonly #readers: Reader<Event>[] = [];
  #listener: ChannelListener<Event> | undefined;
  #lastEventId: string | undefined;
  #source: ChannelSource | undefined;
  readonly #options: ChannelOptions;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  get source(): ItemSource | undefined {
    return this.#options.source;
  }

  /** Id of the last event that was taken. */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /** The call this channel reads from. */
  connect(source: ChannelSource): void {
    this.#source = source;
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    return new Promise((resolve) => {
      this.#readers.push({ resolve });
      this.#pump();
    });
  }

  /** Ends the subscription: the other end is told, and its generator's `finally` runs. */
  async return(): Promise<IteratorResult<Event, undefined>> {
    this.#close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }

  /** Reads by callbacks from now on. Returns what ends the subscription. */
  subscribe(listener: ChannelListener<Event> | ((event: Event) => void)): () => void {
    const callbacks = typeof listener === "function" ? { onEvent: listener } : listener;
    const {
      onEvent,
      onGap = onEvent,
      onError = onEvent,
      onEnd = onEvent,
    } = Object(callbacks) as ChannelListener<Event>;
    if ([onEvent, onGap, onError, onEnd].some((callback) => typeof callback !== "function")) {
      throw new TypeError("subscribe expects a function, or { onEvent, onGap, onError, onEnd }");
    }
    this.#listener = callbacks;
    this.#pump();
    return () => this.#close();
  }

  event(value: unknown, eventId: string | undefined): void {
    // The contract says what the other end's events are; the server has validated them.
    const event = value as Event;
    if (this.#state.name === "open" && this.#isAwaited && this.#items.length === 0) {
      this.#give(event, eventId);
      this.#source?.consume(1);
    } else this.#add({ event, eventId });
  }

  gap(reason: string): void {
    this.#add({ gap: { reason } });
  }

  end(): void {
    this.#finish(undefined);
  }

  failure(error: RpcError): void {
    // What the source itself threw is for its own program, whatever it is.
    this.#finish((this.source?.blame(error) ?? error) as RpcError);
  }

  result(): void {
    this.#finish(undefined);
  }

  #add(item: Item<Event>): void {
    if (this.#state.name !== "open") return;
    this.#items.push(item);
    this.#pump();
  }

  #finish(error: RpcError | undefined): void {
    this.#source?.release();
    if (this.#state.name !== "open") return;
    this.#state = { name: "ending", error };
    this.#pump();
  }

  get #isAwaited(): boolean {
    return this.#listener !== undefined || this.#readers.length > 0;
  }

  /** Hands out what waits to whoever reads. */
  #pump(): void {
    let taken = 0;
    while (this.#items.length > 0 && this.#isAwaited) {
      const item = this.#items.shift()!;
      taken++;
      if ("gap" in item) this.#giveGap(item.gap);
      else this.#give(item.event, item.eventId);
    }
    if (taken > 0) this.#source?.consume(taken);
    if (this.#items.length === 0) this.#giveEnd();
  }

  #give(event: Event, eventId: string | undefined): void {
    if (eventId !== undefined) this.#lastEventId = eventId;
    const listener = this.#listener;
    if (listener !== undefined) this.#guard(() => listener.onEvent(event));
    else this.#readers.shift()?.resolve({ done: false, value: event });
  }

  #giveGap(gap: Gap): void {
    const onGap = this.#listener?.onGap?.bind(this.#listener) ?? this.#options.onGap;
    if (onGap !== undefined) return this.#guard(() => onGap(gap));
    const wasOpen = this.#state.name === "open";
    this.#items = [];
    this.#state = {
      name: "ending",
      error: new RpcError("DATA_LOSS", {
        message: `events are missing: ${gap.reason}`,
        path: this.#options.path,
      }),
    };
    if (wasOpen) this.#source?.cancel();
  }

  #giveEnd(): void {
    const state = this.#state;
    if (state.name === "open") return;
    const error = state.name === "ending" ? state.error : undefined;
    const listener = this.#listener;
    if (state.name === "ending" && listener !== undefined) {
      this.#state = { name: "closed" };
      if (error === undefined) this.#guard(() => listener.onEnd?.());
      else if (listener.onError !== undefined) this.#guard(() => listener.onError?.(error));
      // A listener that does not hear errors must not hide them. A cancel is the program's own doing.
      else if (error.code !== "CANCELLED") this.#options.report(error, this.#unheard(error));
    }
    const [first, ...others] = this.#readers.splice(0);
    if (first === undefined) return;
    this.#state = { name: "closed" };
    // As a generator does: the error goes to one reader, the others and all later ones see the end.
    if (error === undefined) first.resolve({ done: true, value: undefined });
    else first.resolve(raised(error, this.source?.blame(undefined) === undefined));
    for (const reader of others) reader.resolve({ done: true, value: undefined });
  }

  /** What is said of a failure that none of its reader's callbacks hears. */
  #unheard({ code }: RpcError): string {
    const hook = code === "DATA_LOSS" ? "onGap or onError" : "onError";
    return `subscription ${this.#options.path} ended; pass ${hook} to hear of it`;
  }

  #close(): void {
    const wasOpen = this.#state.name === "open";
    this.#state = { name: "closed" };
    this.#items = [];
    if (wasOpen) this.#source?.cancel();
    this.#giveEnd();
  }

  #guard(callback: () => void): void {
    guard(callback, (error) => this.#options.report(error));
  }
}

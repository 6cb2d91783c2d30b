/** One topic: a log of events, published by anybody and read from anywhere. It holds nothing itself. */
import type { HandlerEvent, InferEvent, Subscription } from "@trunkline/core";
import { chain, isState, isThenable, type ReportedGap, type TopicEvent } from "@trunkline/core/internal";
import type { Entry, Page, Position } from "./backplane.js";
import type { Origin } from "./cursor.js";
import type { Family } from "./family.js";
import { Reader } from "./reader.js";
import { EventIds } from "./topic-name.js";

/** Options of {@link Topic.subscribe}. */
export interface TopicSubscribeOptions {
  /**
   * Continue after the event with this id, or after a snapshot's cursor. An id of another log, or from before what is
   * kept, begins with a gap. Default: with what is published from now on; where the contract says `latest`, with the
   * state.
   */
  readonly after?: string | undefined;
  /** Ends the reading. The answer to a subscription does so by itself. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Topic.snapshot}. */
export interface SnapshotOptions {
  /** At most so many events. Default: all that are kept. */
  readonly last?: number;
  /** Of the events' texts as UTF-8; the latest event is taken in any case. Default: no bound. */
  readonly bytes?: number;
  /** Only events before the one with this id. An id of another log has none before it. */
  readonly before?: string | undefined;
}

/** The latest events of a topic, and where they end. */
export interface Snapshot<Published, Data> {
  /** Oldest first. */
  readonly events: readonly TopicEvent<Published, Data>[];
  /** `subscribe({ after: cursor })` goes on from here: no event is missing in between, and none comes twice. */
  readonly cursor: string;
  /** Whether events before these are kept. */
  readonly more: boolean;
}

/** A log of the events that a subscription declares. */
export class Topic<P extends Subscription = Subscription> {
  readonly #family: Family;
  readonly #name: string;
  readonly #ids: EventIds;

  /** @internal Use `createTopic` or `topics`. */
  constructor(family: Family, name: string) {
    this.#family = family;
    this.#name = name;
    this.#ids = new EventIds(name);
  }

  /**
   * Adds an event to the log. Resolves with its id when the backplane has it. Rejects with a `TypeError` for what the
   * contract does not declare, a `RangeError` for an event larger than `keep.bytes`, and an `RpcError` with the code
   * `UNAVAILABLE` or `RESOURCE_EXHAUSTED` when the backplane does not take it.
   */
  async publish(...[event]: undefined extends HandlerEvent<P> ? [event?: HandlerEvent<P>] : [event: HandlerEvent<P>]) {
    return this.#ids.write(await this.#family.append(this.#name, event));
  }

  /** What is kept, as of now. Rejects with an `RpcError` `UNAVAILABLE` when the backplane cannot be reached. */
  async snapshot(options: SnapshotOptions = {}): Promise<Snapshot<HandlerEvent<P>, InferEvent<P>>> {
    const { last = Infinity, bytes = Infinity, before } = options;
    const position = before === undefined ? undefined : this.#ids.read(before);
    const page = await this.#family.read(this.#name, {
      limit: last + 1,
      // Reading before 0 gives the log's ends and no events.
      before: before === undefined ? undefined : (position?.offset ?? 0),
    });
    const isForeign = position !== undefined && position.epoch !== page.epoch;
    const fitting = isForeign ? [] : newest(page.entries, { last, bytes });
    const events = fitting.flatMap((entry) => this.#family.decode(this.#ids, page.epoch, entry) ?? []);
    return {
      // What the schema made of the events when they were published.
      events: events as TopicEvent<unknown, unknown>[] as TopicEvent<HandlerEvent<P>, InferEvent<P>>[],
      cursor: this.#ids.write({ epoch: page.epoch, offset: page.end }),
      more: !isForeign && fitting.length < page.entries.length,
    };
  }

  /**
   * The events after an id, then those that come, each with its id; a reported gap wherever some are missing. Return it
   * from a subscription's handler, or read it. It costs nothing until it is read.
   */
  subscribe({
    after,
    signal,
  }: TopicSubscribeOptions = {}): AsyncIterableIterator<
    TopicEvent<HandlerEvent<P>, InferEvent<P>> | ReportedGap,
    undefined
  > {
    const { slow, schema } = this.#family;
    const reader = new Reader({
      origin: this.#origin(after),
      mark: after === undefined && !isState(slow) ? (position) => this.#ids.write(position) : undefined,
      slow,
      schema,
      signal,
      enter: () => this.#family.enter(this.#name, this.#ids),
      explain: (error) => this.#family.unavailable(error),
    });
    return reader as AsyncIterableIterator<never, undefined>;
  }

  /** As of the moment of the call, where the log is at hand. */
  #origin(after: string | undefined): Origin | Promise<Origin> {
    const asState = isState(this.#family.slow);
    if (after === undefined && asState) return "beginning";
    const position = after === undefined ? undefined : this.#ids.read(after);
    if (after !== undefined && position === undefined) return "unknown";
    try {
      const origin = chain(this.#family.read(this.#name, { limit: 0 }), (page) => originIn(page, position));
      // Whoever reads hears of it; nobody has to read.
      if (isThenable(origin)) origin.then(undefined, () => {});
      return origin;
    } catch (error) {
      const origin = Promise.reject(error);
      origin.catch(() => {});
      return origin;
    }
  }
}

function originIn({ epoch, end }: Page, position: Position | undefined): Origin {
  if (position === undefined) return { epoch, offset: end };
  // Of this log, and yet of an event it never had.
  return position.epoch === epoch && position.offset > end ? "unknown" : position;
}

function newest(entries: readonly Entry[], { last, bytes }: { last: number; bytes: number }): readonly Entry[] {
  let [start, left] = [entries.length, bytes];
  while (start > 0 && entries.length - start < last) {
    left -= Buffer.byteLength(entries[start - 1]!.text);
    if (left < 0 && start < entries.length) break;
    start--;
  }
  return entries.slice(start);
}

/**
 * The topics of one procedure: what they share, their bounds, and the windows of those that are being read now. A topic
 * that nobody reads takes no memory here.
 */
import { RpcError, type SlowReader, type Subscription } from "@trunkline/core";
import { type AnySchema, type Clock, type EncodedEvent, guard, isThenable } from "@trunkline/core/internal";
import type { Backplane, Entry, Keep, Page, Position, ReadOptions } from "./backplane.js";
import { EventCodec } from "./event-codec.js";
import { FanOut } from "./fan-out.js";
import type { EventIds } from "./topic-name.js";
import { Window } from "./window.js";

export interface FamilyOptions {
  readonly backplane: Backplane;
  readonly keep: Keep;
  readonly clock: Clock;
  /** How many topics may be read at once. */
  readonly maxTopics: number;
  /** How many events may wait for the backplane to take them. */
  readonly maxPending: number;
  report(error: unknown): void;
}

export class Family {
  readonly slow: SlowReader | undefined;
  /** What the events are declared as. */
  readonly schema: AnySchema | undefined;
  readonly #options: FamilyOptions;
  readonly #codec: EventCodec;
  readonly #fanOut: FanOut;
  readonly #windows = new Map<string, Window>();
  #pending = 0;

  constructor(procedure: Subscription, options: FamilyOptions) {
    this.slow = procedure.definition.slow;
    this.schema = procedure.definition.event;
    this.#fanOut = new FanOut(options.clock);
    this.#options = options;
    this.#codec = new EventCodec(procedure, options.backplane.shared);
  }

  /** Topics that are being read. */
  get open(): number {
    return this.#windows.size;
  }

  async append(topic: string, event: unknown): Promise<Position> {
    const { keep, backplane, maxPending } = this.#options;
    const { text, key } = this.#codec.encode(event);
    const bytes = Buffer.byteLength(text);
    if (bytes > keep.bytes) throw new RangeError(`the event takes ${bytes} bytes, keep.bytes is ${keep.bytes}`);
    if (this.#pending >= maxPending) {
      throw new RpcError("RESOURCE_EXHAUSTED", { message: "too many events wait for the backplane (maxPending)" });
    }
    this.#pending++;
    try {
      return await backplane.append(topic, text, { keep, key });
    } catch (error) {
      throw this.unavailable(error);
    } finally {
      this.#pending--;
    }
  }

  /** Where the backplane has the answer at hand it is no promise. */
  read(topic: string, options: ReadOptions): Page | Promise<Page> {
    const fail = (error: unknown) => {
      throw this.unavailable(error);
    };
    try {
      const page = this.#options.backplane.read(topic, options);
      return isThenable(page) ? Promise.resolve(page).catch(fail) : page;
    } catch (error) {
      return fail(error);
    }
  }

  /** Undefined for an entry that somebody else wrote and that is no event. */
  decode(ids: EventIds, epoch: string, entry: Entry): EncodedEvent | undefined {
    try {
      return this.#codec.decode(ids.write({ epoch, offset: entry.offset }), entry.text);
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  /** The window of a topic, with one reader more. */
  enter(topic: string, ids: EventIds): Window {
    const window = this.#windows.get(topic) ?? this.#newWindow(topic, ids);
    window.enter();
    return window;
  }

  /** The error for whoever asked; the backplane's own is reported. An `RpcError` is the backplane's word for the caller. */
  unavailable(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    this.#report(error);
    return new RpcError("UNAVAILABLE", { message: "the topic's log cannot be reached", cause: error });
  }

  #newWindow(topic: string, ids: EventIds): Window {
    const { backplane, keep, clock, maxTopics } = this.#options;
    if (this.#windows.size >= maxTopics) {
      throw new RpcError("RESOURCE_EXHAUSTED", { message: "too many topics are being read (maxTopics)" });
    }
    const window: Window = new Window({
      topic,
      backplane,
      keep,
      clock,
      decode: (epoch, { offset, text }) => this.#codec.decode(ids.write({ epoch, offset }), text),
      report: (error) => this.#report(error),
      explain: (error) => this.unavailable(error),
      fanOut: this.#fanOut,
      deserted: () => this.#windows.delete(topic),
    });
    this.#windows.set(topic, window);
    return window;
  }

  #report(error: unknown): void {
    guard(
      () => this.#options.report(error),
      () => console.error("trunkline: a topic's onError failed"),
    );
  }
}

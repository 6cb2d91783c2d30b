/**
 * Logs in the memory of this process: the default, and the reference for other backplanes. Offsets are counted for all
 * topics together, so that a topic nobody knows any more still has its place in time, and takes no memory.
 */
import { randomBytes } from "node:crypto";
import { RpcError } from "@trunkline/core";
import { type Clock, systemClock } from "@trunkline/core/internal";
import type { AppendOptions, Backplane, Entry, Follower, Page, Position, ReadOptions } from "./backplane.js";
import { BoundedLog } from "./bounded-log.js";

/** Options of {@link MemoryBackplane}. */
export interface MemoryBackplaneOptions {
  /** How many topics may have events at once; one more is refused with `RESOURCE_EXHAUSTED`. Default 10,000. */
  readonly topics?: number;
  /** Of all topics' events together; beyond it the topic that was idle longest loses its own. Default 64 MiB. */
  readonly bytes?: number;
  /** For tests: another clock than the platform's. */
  readonly clock?: Clock;
}

/** Keeps the logs of topics in memory. A new process has a new epoch: subscribers who come back to it hear of a gap. */
export class MemoryBackplane implements Backplane {
  readonly shared = false;
  readonly #epoch = randomBytes(6).toString("hex");
  readonly #bounds: { readonly topics: number; readonly bytes: number };
  readonly #clock: Clock;
  /** The one that was idle longest comes first. */
  readonly #logs = new Map<string, BoundedLog<string>>();
  readonly #followers = new Map<string, Set<Follower>>();
  #offset = 0;
  #bytes = 0;
  /** Where the logs of unknown topics start: no entry after this was forgotten together with its log. */
  #forgotten = 0;

  constructor({ topics = 10_000, bytes = 64 * 1024 * 1024, clock = systemClock }: MemoryBackplaneOptions = {}) {
    this.#bounds = { topics, bytes };
    this.#clock = clock;
  }

  /** Topics that have a log. */
  get topics(): number {
    return this.#logs.size;
  }

  async append(topic: string, text: string, { keep, key }: AppendOptions): Promise<Position> {
    const now = this.#clock.now();
    const log = this.#logs.get(topic) ?? this.#newLog(keep, now);
    this.#logs.delete(topic);
    this.#logs.set(topic, log);
    const offset = ++this.#offset;
    this.#change(log, () => log.append({ offset, item: text, bytes: Buffer.byteLength(text), at: now, key }, now));
    for (const follower of this.#followers.get(topic) ?? []) follower.entry({ offset, text, ageMs: 0, key });
    while (this.#bytes > this.#bounds.bytes) this.#dropIdlest();
    return { epoch: this.#epoch, offset };
  }

  read(topic: string, { limit, before }: ReadOptions): Page {
    const log = this.#logs.get(topic);
    if (log === undefined) return { epoch: this.#epoch, start: this.#forgotten, end: this.#forgotten, entries: [] };
    const now = this.#clock.now();
    this.#change(log, () => log.trim(now));
    const entries = log
      .last(limit, before)
      .map(({ offset, item, at, key }): Entry => ({ offset, text: item, ageMs: now - at, key }));
    return { epoch: this.#epoch, start: log.start, end: log.end, entries };
  }

  follow(topic: string, after: Position, follower: Follower): () => void {
    const page = this.read(topic, { limit: Infinity });
    if (after.epoch !== page.epoch || after.offset < page.start) follower.lost();
    else for (const entry of page.entries) if (entry.offset > after.offset) follower.entry(entry);
    const followers = this.#followers.get(topic) ?? new Set();
    this.#followers.set(topic, followers.add(follower));
    return () => {
      followers.delete(follower);
      if (followers.size === 0 && this.#followers.get(topic) === followers) this.#followers.delete(topic);
    };
  }

  #newLog(keep: AppendOptions["keep"], now: number): BoundedLog<string> {
    if (this.#logs.size >= this.#bounds.topics) this.#forgetAged(now);
    if (this.#logs.size >= this.#bounds.topics) {
      throw new RpcError("RESOURCE_EXHAUSTED", { message: "too many topics have events (MemoryBackplane's topics)" });
    }
    return new BoundedLog(keep, this.#forgotten);
  }

  /** Whoever was idle longest has the oldest events: the first log with one that is kept ends the search. */
  #forgetAged(now: number): void {
    for (const [topic, log] of this.#logs) {
      this.#change(log, () => log.trim(now));
      if (log.size > 0) return;
      this.#forget(topic, log);
    }
  }

  #forget(topic: string, log: BoundedLog<string>): void {
    this.#logs.delete(topic);
    this.#forgotten = Math.max(this.#forgotten, log.end);
  }

  #dropIdlest(): void {
    const [idlest] = this.#logs;
    if (idlest === undefined) return;
    const [topic, log] = idlest;
    if (this.#logs.size > 1) {
      this.#change(log, () => log.dropTo(log.end));
      this.#forget(topic, log);
    } else this.#change(log, () => log.dropTo(log.after(log.start)?.offset ?? log.end));
    for (const follower of this.#followers.get(topic) ?? []) follower.dropped(log.start);
  }

  #change(log: BoundedLog<string>, change: () => void): void {
    const before = log.bytes;
    change();
    this.#bytes += log.bytes - before;
  }
}

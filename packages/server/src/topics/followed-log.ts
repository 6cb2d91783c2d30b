/**
 * A topic's log as this process has it from one reading on: the page that was read, and every entry after it. It grows
 * until it is lost or closed, and nothing is heard of it then. An entry that cannot be read is a gap in its place.
 */
import { type Clock, type EncodedEvent, gap, guard, isGap } from "@trunkline/core/internal";
import type { Backplane, Entry, Follower, Keep, Page } from "./backplane.js";
import { BoundedLog } from "./bounded-log.js";
import type { Item, View } from "./view.js";

export interface LogOptions {
  readonly topic: string;
  readonly backplane: Backplane;
  readonly keep: Keep;
  readonly clock: Clock;
  /** Throws for an entry that cannot be read. */
  decode(epoch: string, entry: Entry): EncodedEvent;
  /** Hears what readers are not told in full. Does not throw. */
  report(error: unknown): void;
}

/** Who holds a log. */
export interface LogHolder {
  /** There is another entry. */
  grown(): void;
  /** It is closed, and cannot be continued. */
  lost(): void;
}

export class FollowedLog implements View {
  readonly epoch: string;
  readonly log: BoundedLog<Item>;
  readonly #options: LogOptions;
  #state: "followed" | "closed" = "followed";
  /** Ends the following, once that has begun. */
  #stop: (() => void) | undefined;

  /** Begins with this page. */
  constructor(options: LogOptions, { epoch, start, entries }: Page) {
    this.#options = options;
    this.epoch = epoch;
    this.log = new BoundedLog(options.keep, start);
    for (const entry of entries) this.#append(entry);
  }

  /** Hears every entry after this offset. */
  follow(offset: number, holder: LogHolder): void {
    const { backplane, topic } = this.#options;
    const stop = backplane.follow(topic, { epoch: this.epoch, offset }, this.#follower(holder));
    // It may be lost before it is followed.
    if (this.#state === "closed") stop();
    else this.#stop = stop;
  }

  /** Drops what is older than is kept. */
  trim(): void {
    this.log.trim(this.#options.clock.now());
  }

  close(): void {
    this.#state = "closed";
    this.#stop?.();
  }

  #follower(holder: LogHolder): Follower {
    const { report } = this.#options;
    const unlessClosed = (act: () => void) => {
      if (this.#state !== "closed") guard(act, report);
    };
    return {
      entry: (entry) =>
        unlessClosed(() => {
          if (entry.offset <= this.log.end) return;
          this.#append(entry);
          holder.grown();
        }),
      dropped: (offset) => unlessClosed(() => this.log.dropTo(offset)),
      lost: () =>
        unlessClosed(() => {
          this.close();
          holder.lost();
        }),
      failed: report,
    };
  }

  #append(entry: Entry): void {
    const { offset, text, ageMs, key } = entry;
    const now = this.#options.clock.now();
    const size = Buffer.byteLength(text);
    const item = this.#item(entry, size);
    const bytes = isGap(item) ? 0 : size;
    this.log.append({ offset, item, bytes, at: now - ageMs, key }, now);
  }

  #item(entry: Entry, bytes: number): Item {
    const { keep, decode, report } = this.#options;
    try {
      // Kept, it would drive out all others.
      if (bytes > keep.bytes) throw new RangeError("an event is larger than keep.bytes");
      return decode(this.epoch, entry);
    } catch (error) {
      report(error);
      return gap({ reason: "an event could not be read" });
    }
  }
}

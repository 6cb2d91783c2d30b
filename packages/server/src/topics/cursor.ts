/**
 * One reader's place in a topic's log, and what is next from there. The declared way with slow readers is kept here; it
 * needs no queue, because what a reader has missed is told from where it stands and where the log begins and ends.
 */
import { RpcError, type SlowReader } from "@trunkline/core";
import { gap, isState } from "@trunkline/core/internal";
import type { Position } from "./backplane.js";
import type { Item, View } from "./view.js";

/** Where a reader begins: after a position; after what cannot be told, so that it may have missed anything; or with all. */
export type Origin = Position | "unknown" | "beginning";

export class Cursor {
  #at: Origin;
  readonly #slow: SlowReader;
  /** The log's end when the reader came. What was there then is no measure of how slow it is. */
  #met: Position | undefined;

  constructor(origin: Origin, slow: SlowReader = "block") {
    this.#at = origin;
    this.#slow = slow;
  }

  /** The offset it stands at, once it was settled. */
  get offset(): number {
    return typeof this.#at === "object" ? this.#at.offset : 0;
  }

  /** The next item, or undefined where the reader has read everything. Throws for a reader that is too slow to go on. */
  next(view: View): Item | undefined {
    const missed = this.settle(view);
    if (missed !== undefined) return gap({ reason: missed });
    const { epoch, log } = view;
    const entry = log.after(this.offset);
    if (entry !== undefined) this.#at = { epoch, offset: entry.offset };
    return entry?.item;
  }

  /** Stands the cursor where it may read on. Returns what the reader missed by that. Throws for one that is too slow. */
  settle({ epoch, log }: View): string | undefined {
    if (this.#met?.epoch !== epoch) this.#met = { epoch, offset: log.end };
    return this.#moveIn(epoch, log) ?? this.#judge(epoch, log);
  }

  /** The reader stands here, in the log it was settled in. */
  place(offset: number): void {
    if (typeof this.#at === "object") this.#at = { epoch: this.#at.epoch, offset };
  }

  /** Stands the cursor where the log can be read from. Returns what was missed by that. */
  #moveIn(epoch: string, { start }: View["log"]): string | undefined {
    const at = this.#at;
    const isHere = typeof at === "object" && at.epoch === epoch;
    if (isHere && at.offset >= start) return undefined;
    this.#at = { epoch, offset: start };
    // The newest events that are kept are the whole state: whatever was missed is in them, or is not part of it any more.
    if (at === "beginning" || isState(this.#slow)) return undefined;
    if (at === "unknown") return "the event id is not one of this topic's";
    return isHere ? "events after this one are no longer kept" : "the topic's log has begun anew";
  }

  /** Acts on a reader that is further behind than the contract lets it be. Returns what it missed by that. */
  #judge(epoch: string, log: View["log"]): string | undefined {
    const slow = this.#slow;
    if (typeof slow !== "object" || "latest" in slow) return undefined;
    const behind = log.countAfter(Math.max(this.offset, this.#met?.offset ?? 0));
    if ("dropOldest" in slow) {
      if (behind <= slow.dropOldest) return undefined;
      this.#at = { epoch, offset: log.offsetBefore(slow.dropOldest) };
      return `the reader was more than ${slow.dropOldest} events behind`;
    }
    if (behind <= slow.fail) return undefined;
    throw new RpcError("RESOURCE_EXHAUSTED", { message: `the reader was more than ${slow.fail} events behind` });
  }
}

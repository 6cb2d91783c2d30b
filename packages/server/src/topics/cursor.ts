/**
 * One reader's place in a topic's log, and what is next from there. The declared way with slow readers is kept here; it
 * needs no queue, because what a reader has missed is told from where it stands and where the log begins and ends.
 */
import { RpcError, type SlowReader } from "@trunkline/core";
import { gap, isState } from "@trunkline/core/internal";
import type { Position } from "./backplane.js";
import type { Item, View } from "./window.js";

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

  /** The next item, or undefined where the reader has read everything. Throws for a reader that is too slow to go on. */
  next({ epoch, log }: View): Item | undefined {
    if (this.#met?.epoch !== epoch) this.#met = { epoch, offset: log.end };
    const missed = this.#settle(epoch, log) ?? this.#judge(epoch, log);
    if (missed !== undefined) return gap({ reason: missed });
    const entry = log.after(this.#offset);
    if (entry !== undefined) this.#at = { epoch, offset: entry.offset };
    return entry?.item;
  }

  get #offset(): number {
    return typeof this.#at === "object" ? this.#at.offset : 0;
  }

  /** Stands the cursor where the log can be read from. Returns what was missed by that. */
  #settle(epoch: string, { start }: View["log"]): string | undefined {
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
    const behind = log.countAfter(Math.max(this.#offset, this.#met?.offset ?? 0));
    if ("dropOldest" in slow) {
      if (behind <= slow.dropOldest) return undefined;
      this.#at = { epoch, offset: log.offsetBefore(slow.dropOldest) };
      return `the reader was more than ${slow.dropOldest} events behind`;
    }
    if (behind <= slow.fail) return undefined;
    throw new RpcError("RESOURCE_EXHAUSTED", { message: `the reader was more than ${slow.fail} events behind` });
  }
}

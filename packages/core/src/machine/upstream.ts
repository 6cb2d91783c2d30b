/**
 * Credit of an upstream: how many bytes of items its answerer has allowed, said as an absolute limit, so that hearing it
 * twice is harmless. The first limit is what the answerer announced, and is never said.
 *
 * The caller keeps an {@link UpstreamBalance}, the answerer an {@link UpstreamWindow}; `sent ≤ limit` holds at both, and
 * what waits for the handler is never more than the window.
 *
 * @see PROTOCOL.md section 5.6
 */
import { type Encoded, frameSize } from "../protocol/blob.js";

/** What each item counts beside its value, so that empty ones are bounded too. */
const ITEM_SIZE = 32;

/** What an item counts, in UTF-16 units of its text and bytes of its blob. */
export function itemSize(value: Encoded): number {
  return ITEM_SIZE + (value === undefined ? 0 : frameSize(value));
}

/** The largest item that a window of this size has room for sooner or later: half of it may be granted late. */
export function largestItem(upstreamBytes: number): number {
  return Math.floor(upstreamBytes / 2);
}

/** The caller's side. */
export class UpstreamBalance {
  #limit: number;
  #sent = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether any item may fit. */
  get available(): boolean {
    return this.#sent < this.#limit;
  }

  fits(size: number): boolean {
    return this.#sent + size <= this.#limit;
  }

  /** Counts an item that was sent. */
  spend(size: number): void {
    this.#sent += size;
  }

  /** Takes a new limit; a smaller one is an old one. False: more than `max` beyond what was sent, which nobody grants. */
  raise(limit: number, max: number): boolean {
    if (limit - this.#sent > max) return false;
    this.#limit = Math.max(this.#limit, limit);
    return true;
  }
}

/** The answerer's side: it grants more as the handler takes items. */
export class UpstreamWindow {
  readonly #size: number;
  #limit: number;
  #arrived = 0;
  #taken = 0;
  /** The sizes of the items that have arrived and were not taken. */
  readonly #waiting: number[] = [];

  constructor(size: number) {
    this.#size = size;
    this.#limit = size;
  }

  /** Counts an item that arrived. False: it was not granted. */
  arrive(size: number): boolean {
    if (this.#arrived + size > this.#limit) return false;
    this.#arrived += size;
    this.#waiting.push(size);
    return true;
  }

  /** Counts the next items as taken. Returns the new limit when it is time to tell the caller. */
  take(count: number): number | undefined {
    for (const size of this.#waiting.splice(0, count)) this.#taken += size;
    if (this.#limit - this.#taken > this.#size / 2) return undefined;
    this.#limit = this.#taken + this.#size;
    return this.#limit;
  }
}

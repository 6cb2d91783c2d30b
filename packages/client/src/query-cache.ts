/**
 * Answers that are kept, by the question as it travelled. Pure: time is an argument. It holds at most so many entries and
 * so many bytes; above either, what was used least recently goes. It knows nothing of connections: whoever owns it clears
 * it when the server can no longer say what has become untrue.
 */
import { ANY_TAG } from "@trunkline/core/internal";
import type { Answer, Terms } from "./shared-query.js";

/** Bounds of a cache. */
export interface QueryCacheOptions {
  /** Answers it holds at most. Default 1,000. */
  readonly entries?: number;
  /** What they may take, in UTF-16 units and bytes, questions and tags included. Default 4 MiB. */
  readonly bytes?: number;
}

interface Entry extends Terms {
  readonly answer: Answer;
  readonly size: number;
}

/** What an entry takes beside its texts, about. */
const ENTRY_BYTES = 200;

export class QueryCache {
  readonly #bounds: Required<QueryCacheOptions>;
  /** The least recently used comes first. */
  readonly #entries = new Map<string, Entry>();
  readonly #keysOf = new Map<string, Set<string>>();
  #size = 0;

  constructor(bounds: Required<QueryCacheOptions>) {
    this.#bounds = bounds;
  }

  /** How many answers it holds, and what they take. */
  get holdings(): { readonly entries: number; readonly bytes: number; readonly tags: number } {
    return { entries: this.#entries.size, bytes: this.#size, tags: this.#keysOf.size };
  }

  read(key: string, now: number): Answer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until <= now) return this.#drop(key);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** Takes the place of an earlier answer. One that is larger than all may be is not kept. */
  keep(key: string, answer: Answer, { until, tags }: Terms): void {
    this.#drop(key);
    const size = ENTRY_BYTES + key.length + lengthOf(answer) + tags.reduce((sum, tag) => sum + tag.length, 0);
    if (size > this.#bounds.bytes) return;
    this.#entries.set(key, { answer, until, tags, size });
    this.#size += size;
    for (const tag of tags) this.#keysOf.set(tag, (this.#keysOf.get(tag) ?? new Set()).add(key));
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#bounds.bytes && this.#entries.size <= this.#bounds.entries) return;
      this.#drop(oldest);
    }
  }

  /** Forgets every answer with one of these tags; without tags, all. */
  invalidate(tags: readonly string[] | undefined): void {
    if (tags === undefined) return this.clear();
    for (const tag of [...tags, ANY_TAG]) for (const key of this.#keysOf.get(tag) ?? []) this.#drop(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#keysOf.clear();
    this.#size = 0;
  }

  #drop(key: string): undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
    for (const tag of entry.tags) {
      const keys = this.#keysOf.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysOf.delete(tag);
    }
  }
}

const lengthOf = ({ text, blob }: Answer) => (text?.length ?? 0) + (blob?.byteLength ?? 0);

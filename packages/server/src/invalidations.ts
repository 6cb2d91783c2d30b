/**
 * What one client is told of answers that are no longer true. It is said at once, before any frame that is not written
 * yet, so that whoever is answered after it has heard of it. A client keeps nothing beyond its transport: while it has
 * none, or keeps nothing, there is nothing to say. What a congested transport cannot take waits as one set of tags,
 * which, above its bound, is all.
 *
 * @see PROTOCOL.md section 3.7
 */
import { greeting } from "@trunkline/core/internal";

/** Tags said at once, and their UTF-16 units: above either, everything is said to be untrue. */
const MOST_TAGS = 1_000;
const MOST_UNITS = 16_384;

/** A message's text besides its tags, and what a unit may take in it, escaped and as UTF-8. */
const MESSAGE_BYTES = 64;
const UNIT_BYTES = 6;

/** The line to the client. */
export interface InvalidationLine {
  readonly congested: boolean;
  saySoon(text: string): void;
}

/** Throws a `TypeError` for what is no list of tags. */
export function checkedTags(tags: readonly string[] | undefined): readonly string[] | undefined {
  if (tags === undefined) return undefined;
  const isList = Array.isArray(tags) && tags.every((tag) => typeof tag === "string");
  if (!isList) throw new TypeError("invalidate: expected an array of strings, or nothing for everything");
  return tags;
}

export class Invalidations {
  readonly #line: InvalidationLine;
  /** Undefined: nothing waits. */
  #waiting: Set<string> | "all" | undefined;

  constructor(line: InvalidationLine) {
    this.#line = line;
  }

  /** Without tags: all. `messageBytes`: the largest message that the client takes. */
  say(tags: readonly string[] | undefined, messageBytes: number): void {
    this.#waiting = merged(this.#waiting, tags);
    if (!this.#line.congested) this.flush(messageBytes);
  }

  /** Says what waits. */
  flush(messageBytes: number): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined || (waiting !== "all" && waiting.size === 0)) return;
    const isSayable =
      waiting !== "all" && unitsOf(waiting) * UNIT_BYTES + waiting.size * 3 + MESSAGE_BYTES <= messageBytes;
    this.#line.saySoon(greeting({ type: "invalidate", tags: isSayable ? [...waiting] : null }));
  }

  /** The transport is gone, and what the client kept with it. */
  drop(): void {
    this.#waiting = undefined;
  }
}

function merged(waiting: Set<string> | "all" | undefined, tags: readonly string[] | undefined): Set<string> | "all" {
  if (waiting === "all" || tags === undefined || tags.length > MOST_TAGS) return "all";
  const together = new Set([...(waiting ?? []), ...tags]);
  return together.size > MOST_TAGS || unitsOf(together) > MOST_UNITS ? "all" : together;
}

const unitsOf = (tags: Iterable<string>) => {
  let units = 0;
  for (const tag of tags) units += tag.length;
  return units;
};

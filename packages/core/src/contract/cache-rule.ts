/**
 * How long a client may keep the answers of a query, and by which names its server takes them back. Nothing of it stands
 * in the contract's hash: what a client keeps is its own business, and a function has no hash; `maxAgeMs` bounds what it
 * costs when two ends do not name alike.
 */

/** Whatever is taken back, an answer with this tag is. */
export const ANY_TAG = "*";

/** What a query says of its answers. `Input`: what the caller passes. */
export interface CacheRule<Input = never> {
  /** How old an answer may become, in milliseconds from the moment it was asked for. */
  readonly maxAgeMs: number;
  /**
   * Names by which the server says that an answer is no longer true; a function makes them of the input. An answer with the
   * tag `"*"` goes with every other.
   */
  readonly tags?: readonly string[] | ((input: Input) => readonly string[]);
}

/** A rule for whichever input. Its `tags` say less than they are, so that it lends no parameter a type of its own. */
export interface AnyCacheRule {
  readonly maxAgeMs: number;
  readonly tags?: object;
}

/** A frozen copy. Throws a `TypeError` for what is no rule. */
export function declareCacheRule(rule: AnyCacheRule): AnyCacheRule {
  const { maxAgeMs, tags } = (rule ?? {}) as Partial<CacheRule>;
  if (!(typeof maxAgeMs === "number" && maxAgeMs > 0)) {
    throw new TypeError(`cache.maxAgeMs: expected a positive number of milliseconds, but came ${String(maxAgeMs)}`);
  }
  if (tags !== undefined && typeof tags !== "function" && !isTags(tags)) {
    throw new TypeError("cache.tags: expected an array of strings, or a function that makes one of the input");
  }
  return Object.freeze({ maxAgeMs, ...(tags && { tags: isTags(tags) ? Object.freeze([...tags]) : tags }) });
}

/** The names of the answer to this input. Throws what the contract's function throws, and for what are no names. */
export function tagsOf({ tags = [] }: AnyCacheRule, input: unknown): readonly string[] {
  const named: unknown = typeof tags === "function" ? tags(input as never) : tags;
  if (isTags(named)) return named;
  throw new TypeError("cache.tags: expected the function to return an array of strings");
}

const isTags = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((tag) => typeof tag === "string");

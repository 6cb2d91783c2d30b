/**
 * The answers that one client keeps. They belong to one transport, over which the server says what is no longer true: so
 * they are given only while that transport is there, and nothing outlives it. A client without a cache loads none of this.
 */
import { ANY_TAG, type ClientCall, routes, tagsOf } from "@trunkline/core/internal";
import { QueryCache, type QueryCacheOptions } from "./query-cache.js";
import type { Answer, Terms } from "./shared-query.js";

/** What a client is told to keep answers in: made by {@link queryCache}. */
export interface QueryCacheSetup {
  /** An empty one, for a client of this contract. Undefined where that lets nothing be kept. */
  create(contract: object): KeptAnswers | undefined;
}

/**
 * Lets a client keep the answers of queries whose contract says `cache`. Without it nothing is kept, and nothing loaded.
 *
 * @throws TypeError for bounds that are no positive whole numbers.
 */
export function queryCache({ entries = 1_000, bytes = 4 * 1024 * 1024 }: QueryCacheOptions = {}): QueryCacheSetup {
  for (const [name, bound] of Object.entries({ entries, bytes })) {
    if (!Number.isSafeInteger(bound) || bound < 1) {
      throw new TypeError(`queryCache: ${name} must be a positive whole number, not ${String(bound)}`);
    }
  }
  return {
    create: (contract) => (hasCached(contract) ? new KeptAnswers(new QueryCache({ entries, bytes })) : undefined),
  };
}

/** Whether there is a query whose answers may be kept. */
const hasCached = (contract: object) => [...routes(contract).values()].some(({ definition }) => definition.cache);

/** Over which transport answers come. */
interface Line {
  /** Whether there is a transport. */
  readonly attached: boolean;
  /** Which transport there is, or will be next. */
  readonly era: number;
}

export class KeptAnswers {
  readonly #cache: QueryCache;
  /** The transport that what is kept came over. */
  #era = 0;

  constructor(cache: QueryCache) {
    this.#cache = cache;
  }

  /** On which the answer to this call may be kept, if its contract says so. Throws where its tags cannot be told. */
  termsOf({ procedure, input }: ClientCall, now: number): Terms | undefined {
    const rule = procedure.definition.cache;
    return rule && { until: now + rule.maxAgeMs, tags: tagsOf(rule, input) };
  }

  read(key: string, line: Line, now: number): Answer | undefined {
    return this.#over(line)?.read(key, now);
  }

  /** What keeps an answer that comes now. Undefined: there is no transport that it could belong to. */
  keeper(key: string, terms: Terms, line: Line): ((answer: Answer) => void) | undefined {
    const cache = this.#over(line);
    // The blob is part of a whole message, which is not to be held for its sake.
    return cache && (({ text, blob }) => cache.keep(key, { text, blob: blob?.slice() }, terms));
  }

  /** Answers with these tags are no longer true; without tags, none is. */
  invalidate(tags?: readonly string[]): void {
    this.#cache.invalidate(tags);
  }

  /** Whether an answer on these terms is taken back with these tags. */
  covers(terms: Terms, tags: readonly string[]): boolean {
    return terms.tags.some((tag) => tag === ANY_TAG || tags.includes(tag));
  }

  /** The cache, while there is a transport, with what came over that. */
  #over({ attached, era }: Line): QueryCache | undefined {
    if (!attached) return undefined;
    if (this.#era !== era) this.#cache.clear();
    this.#era = era;
    return this.#cache;
  }
}

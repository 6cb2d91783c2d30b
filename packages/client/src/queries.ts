/**
 * The client's queries on their way to its connection: equal ones in flight share a call, and where the client has a cache
 * and the contract says so, answers are kept.
 *
 * Equal are those of one procedure with the same input and the same metadata, as they travel. Who asks later joins the
 * call of who asked earlier only where that cannot show: on the same transport, and while nothing has arrived that may
 * tell of a change (an event, a call of the server's, the answer to a mutation). So whoever hears of a change and asks is
 * never given what was true before it.
 *
 * Kept is the answer to the last of equal queries, and only if none of its tags was invalidated while it was in flight.
 */
import type { Alarm, Caller, ClientCall, Clock } from "@trunkline/core/internal";
import type { KeptAnswers } from "./kept-answers.js";
import { type Answer, type Asking, give, SharedQuery, type SharedQueryOwner, type Terms } from "./shared-query.js";

/** Where queries are made. */
export interface QueryLine extends Caller {
  /** Whether there is a transport. */
  readonly attached: boolean;
  /** Which transport there is, or will be next. */
  readonly era: number;
  /** How much has arrived that may tell of a change. */
  readonly news: number;
}

export interface QueriesOptions {
  readonly line: QueryLine;
  readonly clock: Clock;
  /** Whether equal queries in flight share a call where the caller does not say. */
  readonly dedupe: boolean;
  readonly cache: KeptAnswers | undefined;
  /** Hears what the contract's `tags` threw. Does not throw. */
  report(error: unknown): void;
}

/** How one query is to be made. */
interface Manner {
  readonly isShared: boolean;
  readonly isFresh: boolean;
  /** Whose answer may be kept, and given; undefined: it may not. */
  readonly cached: ClientCall | undefined;
}

export class Queries implements SharedQueryOwner {
  readonly #options: QueriesOptions;
  /** Of equal queries in flight, the one that was asked last. */
  readonly #latest = new Map<string, SharedQuery>();
  /** Those whose deadline comes before that of the call they wait for. */
  readonly #hurried = new Map<Asking, SharedQuery>();
  readonly #alarm: Alarm;

  constructor(options: QueriesOptions) {
    this.#options = options;
    this.#alarm = options.clock.alarm(() => this.#tick());
  }

  /** Where this query is to be made. */
  callerOf(call: ClientCall): Caller {
    const { line, dedupe, cache } = this.#options;
    const { definition } = call.procedure;
    // What a caller sends while its call runs is its own.
    if ("upstream" in definition) return line;
    const isShared = call.options.dedupe ?? dedupe;
    const isFresh = call.options.fresh === true;
    const cached = cache !== undefined && definition.cache !== undefined ? call : undefined;
    return cached === undefined && !isShared ? line : new QueryCaller(this, line, { isShared, isFresh, cached });
  }

  /** Answers with these tags are no longer true; without tags, none is. */
  invalidate(tags?: readonly string[]): void {
    const { cache } = this.#options;
    cache?.invalidate(tags);
    for (const [key, { flight }] of this.#latest) {
      if (tags === undefined || (flight.terms && cache?.covers(flight.terms, tags))) this.#latest.delete(key);
    }
  }

  /** Answers a query from what is kept, joins one in flight, or makes it. Undefined: it is nobody's here. */
  ask(asking: Asking, { isShared, isFresh, cached }: Manner): SharedQuery | undefined {
    const { line, cache } = this.#options;
    // Bytes would have to be compared too.
    if (asking.blobBytes > 0) return void line.open(asking);
    const { era, news } = line;
    const key = asking.frameText;
    const kept = cached === undefined || isFresh ? undefined : cache?.read(key, line, this.now());
    if (kept !== undefined) return void give(asking, kept);
    const inFlight = isShared && !isFresh ? this.#latest.get(key) : undefined;
    if (inFlight?.flight.isShared && inFlight.flight.era === era && inFlight.flight.news === news) {
      inFlight.join(asking);
      return inFlight;
    }
    const query = new SharedQuery(asking, this, { key, era, news, isShared, terms: cached && this.#termsOf(cached) });
    this.#latest.set(key, query);
    query.open();
    return query;
  }

  now(): number {
    return this.#options.clock.now();
  }

  open(call: Asking): void {
    this.#options.line.open(call);
  }

  cancel(call: Asking): void {
    this.#options.line.cancel(call);
  }

  answered(query: SharedQuery): ((answer: Answer) => void) | undefined {
    const { key, era, terms } = query.flight;
    const isLatest = this.#latest.get(key) === query;
    this.over(query);
    if (terms === undefined || !isLatest || era !== this.#options.line.era) return undefined;
    return this.#options.cache?.keeper(key, terms, this.#options.line);
  }

  over(query: SharedQuery): void {
    const { key } = query.flight;
    if (this.#latest.get(key) === query) this.#latest.delete(key);
  }

  watch(query: SharedQuery, asking: Asking): void {
    this.#hurried.set(asking, query);
    this.#setAlarm();
  }

  unwatch(asking: Asking): void {
    if (this.#hurried.delete(asking)) this.#setAlarm();
  }

  /** A contract whose tags cannot be told keeps nothing, because nothing could take it back. */
  #termsOf(call: ClientCall): Terms | undefined {
    try {
      return this.#options.cache?.termsOf(call, this.now());
    } catch (error) {
      return void this.#options.report(error);
    }
  }

  #tick(): void {
    const now = this.now();
    for (const [asking, query] of this.#hurried) if (asking.deadline <= now) query.leave(asking, "DEADLINE_EXCEEDED");
    this.#setAlarm();
  }

  #setAlarm(): void {
    if (this.#hurried.size === 0) return this.#alarm.clear();
    let earliest = Infinity;
    for (const { deadline } of this.#hurried.keys()) earliest = Math.min(earliest, deadline);
    this.#alarm.set(earliest);
  }
}

/** One query on its way. */
class QueryCaller implements Caller {
  readonly #queries: Queries;
  readonly #line: Caller;
  readonly #manner: Manner;
  #query: SharedQuery | undefined;

  constructor(queries: Queries, line: Caller, manner: Manner) {
    this.#queries = queries;
    this.#line = line;
    this.#manner = manner;
  }

  open(asking: Asking): void {
    this.#query = this.#queries.ask(asking, this.#manner);
  }

  cancel(asking: Asking): void {
    if (this.#query === undefined) this.#line.cancel(asking);
    else this.#query.leave(asking, "CANCELLED");
  }

  /** A query has one answer. */
  consume(): void {}
}

/**
 * The client's queries on their way to its connection: equal ones in flight share a call.
 *
 * Equal are those of one procedure with the same input and the same metadata, as they travel. Who asks later joins the
 * call of who asked earlier only where that cannot show: on the same transport, and while nothing has arrived that may
 * tell of a change (an event, a call of the server's, the answer to a mutation). So whoever hears of a change and asks is
 * never given what was true before it.
 */
import type { Alarm, Caller, ClientCall, Clock } from "@trunkline/core/internal";
import { type Asking, SharedQuery, type SharedQueryOwner } from "./shared-query.js";

/** Where queries are made. */
export interface QueryLine extends Caller {
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
  callerOf({ procedure, options }: ClientCall): Caller {
    const { line, dedupe } = this.#options;
    const isShared = (options.dedupe ?? dedupe) && options.fresh !== true;
    // What a caller sends while its call runs is its own.
    return isShared && !("upstream" in procedure.definition) ? new QueryCaller(this, line) : line;
  }

  /** Makes a query, or joins one in flight. Undefined: it has gone its own way. */
  ask(asking: Asking): SharedQuery | undefined {
    const { line } = this.#options;
    // Bytes would have to be compared too.
    if (asking.blobBytes > 0) return void line.open(asking);
    const { era, news } = line;
    const key = asking.frameText;
    const inFlight = this.#latest.get(key);
    if (inFlight?.flight.era === era && inFlight.flight.news === news) {
      inFlight.join(asking);
      return inFlight;
    }
    const query = new SharedQuery(asking, this, { key, era, news });
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
  #query: SharedQuery | undefined;

  constructor(queries: Queries, line: Caller) {
    this.#queries = queries;
    this.#line = line;
  }

  open(asking: Asking): void {
    this.#query = this.#queries.ask(asking);
  }

  cancel(asking: Asking): void {
    if (this.#query === undefined) this.#line.cancel(asking);
    else this.#query.leave(asking, "CANCELLED");
  }

  /** A query has one answer. */
  consume(): void {}
}

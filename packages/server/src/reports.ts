/**
 * What `onError` hears, and how often: a client that makes a handler fail at will must not fill the log. Above the bound
 * of a minute failures are counted, and told of as one.
 */
import { type Clock, guard } from "@trunkline/core/internal";
import type { Connection, FailureReport } from "./define.js";

const MINUTE_MS = 60_000;
/** Failures of no connection, as of hooks that judge who comes, may be so many times more: they are everybody's. */
const OF_NOBODY = 10;

/** A minute of failures. */
interface Tally {
  readonly since: number;
  reported: number;
  /** Heard of by nobody yet. */
  held: number;
}

export interface ReportOptions {
  readonly clock: Clock;
  /** Failures of one connection in a minute that are told one by one. */
  readonly perMinute: number;
  /** May throw. */
  onError(failure: FailureReport): void;
}

export class Reports {
  readonly #options: ReportOptions;
  readonly #tallies = new WeakMap<Connection, Tally>();
  #ofNobody: Tally | undefined;

  /** @throws TypeError for a bound that is not a positive number. */
  constructor(options: ReportOptions) {
    if (!(options.perMinute > 0)) {
      throw new TypeError(`reportsPerMinute must be a positive number, not ${String(options.perMinute)}`);
    }
    this.#options = options;
  }

  /** Does not throw. */
  report(failure: FailureReport): void {
    const { connection } = failure;
    const tally = this.#tally(connection);
    const bound = this.#options.perMinute * (connection === undefined ? OF_NOBODY : 1);
    if (tally.reported >= bound) return void tally.held++;
    tally.reported++;
    this.#tell(failure);
  }

  /** The connection is over: tells of what was held back. */
  ended(connection: Connection): void {
    const tally = this.#tallies.get(connection);
    if (tally === undefined) return;
    this.#tallies.delete(connection);
    this.#summarize(tally, connection);
  }

  /** Runs a hook of the application; what it throws is reported. */
  guard(hook: () => void): void {
    guard(hook, (error) => this.report({ error }));
  }

  /** The tally of this minute. A minute that is over is told of when the next failure comes. */
  #tally(connection: Connection | undefined): Tally {
    const now = this.#options.clock.now();
    const last = connection === undefined ? this.#ofNobody : this.#tallies.get(connection);
    if (last !== undefined && now - last.since < MINUTE_MS) return last;
    const tally = { since: now, reported: 0, held: 0 };
    if (connection === undefined) this.#ofNobody = tally;
    else this.#tallies.set(connection, tally);
    if (last !== undefined) this.#summarize(last, connection);
    return tally;
  }

  #summarize({ held }: Tally, connection: Connection | undefined): void {
    if (held === 0) return;
    const whose = connection === undefined ? "" : " of this connection";
    const error = new Error(`${held} more failures${whose} were not reported (reportsPerMinute)`);
    this.#tell(connection === undefined ? { error } : { error, connection });
  }

  #tell(failure: FailureReport): void {
    guard(
      () => this.#options.onError(failure),
      () => console.error("trunkline: onError failed"),
    );
  }
}

/** Where the application has no `onError`. The id is all that the caller was told: it finds this line. */
export function printFailure({ path, errorId, reason, error }: FailureReport): void {
  const which = [path, errorId, reason].filter((part) => part !== undefined).map((part) => ` ${part}:`);
  console.error(`trunkline:${which.join("")}`, error);
}

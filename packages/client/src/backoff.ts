/**
 * How long to wait before the next attempt: full jitter, so that clients that lost the same server at the same moment
 * come back spread out. Pure: chance is an argument.
 *
 * @see PROTOCOL.md section 7
 */

const BASE_MS = 500;
const CAP_MS = 30_000;
/** Where a server said "later", the first wait is drawn from at least this attempt's span. */
const LATER_ATTEMPT = 4;

/** What is known of the attempts so far. */
export interface Attempts {
  /** 1 is the first after a loss. */
  readonly attempt: number;
  readonly comeBack: "now" | "later";
  /** The server's wish: how long the first attempts of all its clients are spread over. */
  readonly spreadMs: number;
}

/** Milliseconds before the next attempt, for a `chance` in [0, 1). */
export function backoffMs({ attempt, comeBack, spreadMs }: Attempts, chance: number): number {
  const step = comeBack === "later" ? Math.max(attempt, LATER_ATTEMPT) : attempt;
  if (step === 1) return chance * spreadMs;
  return chance * Math.max(spreadMs, Math.min(CAP_MS, BASE_MS * 2 ** step));
}

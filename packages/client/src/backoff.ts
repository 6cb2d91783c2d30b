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

/** Milliseconds before attempt `attempt` (1 is the first after a loss), for a `chance` in [0, 1). */
export function backoffMs(attempt: number, comeBack: "now" | "later", chance: number): number {
  const step = comeBack === "later" ? Math.max(attempt, LATER_ATTEMPT) : attempt;
  return chance * Math.min(CAP_MS, BASE_MS * 2 ** step);
}

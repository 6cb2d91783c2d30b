/** What must be so when nothing was wrong for a minute: all is settled, nothing is held, everybody is connected (I10). */
import type { CallRecord } from "./call-record.js";
import type { Speaker } from "./speaker.js";
import type { Trace } from "./trace.js";

/** `speakers`: both ends of every session. */
export function expectQuiet(trace: Trace, records: readonly CallRecord[], speakers: readonly Speaker[]): void {
  for (const record of records) {
    trace.check(record.settled, "I10", () => `${record}, a ${record.plan.kind}, has not settled`);
    const isLeft = record.source === "open" && record.standing !== "orphaned";
    trace.check(!isLeft, "I10", () => `the source of ${record} was never closed`);
  }
  for (const { conversation, options, attached } of speakers) {
    const { calls, handlers, backlog, bulk, replay, joining } = conversation.holdings;
    const held = calls + handlers + backlog + bulk + replay + joining;
    trace.check(held === 0, "I10", () => `${options.name} still holds ${JSON.stringify(conversation.holdings)}`);
    trace.check(attached || options.role === "server", "I10", () => `${options.name} is not connected`);
  }
}

/** A topic's log as far as this process has it. */
import type { EncodedEvent, ReportedGap } from "@trunkline/core/internal";
import type { BoundedLog } from "./bounded-log.js";

/** What a log holds for its readers. */
export type Item = EncodedEvent | ReportedGap;

export interface View {
  readonly epoch: string;
  readonly log: BoundedLog<Item>;
}

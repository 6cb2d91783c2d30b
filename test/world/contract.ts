/** The world's contract: a group for each workload. */

import type { Contract } from "@trunkline/core";
import { defineContract } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import type { ClientProgram } from "./client-program.js";
import type { Stage } from "./stage.js";
import type { Workload } from "./workload.js";
import * as asks from "./workloads/asks.js";
import * as errands from "./workloads/errands.js";
import * as pages from "./workloads/pages.js";
import * as parcels from "./workloads/parcels.js";
import * as streams from "./workloads/streams.js";
import * as topics from "./workloads/topics.js";
import * as uploads from "./workloads/uploads.js";

export const contract = defineContract({
  asks: asks.procedures,
  streams: streams.procedures,
  topics: topics.procedures,
  uploads: uploads.procedures,
  parcels: parcels.procedures,
  pages: pages.procedures,
  errands: errands.procedures,
});

export type WorldContract = typeof contract;

/** The workloads of one world, under the names of their groups. */
export function makeWorkloads(stage: Stage) {
  return {
    asks: asks.workload(stage),
    streams: streams.workload(stage),
    topics: topics.workload(stage),
    uploads: uploads.workload(stage),
    parcels: parcels.workload(stage),
    pages: pages.workload(stage),
    errands: errands.workload(stage),
  } satisfies { [Name in keyof WorldContract]: Workload<WorldContract[Name] & Contract> };
}

export type Workloads = ReturnType<typeof makeWorkloads>;

/** Those that are met more often stand here more often. */
const acts: readonly (keyof Workloads)[] = [
  ...(["asks", "asks", "asks", "streams", "streams", "topics", "topics"] as const),
  ...(["uploads", "uploads", "parcels", "pages", "pages", "errands"] as const),
];

/** Lets a client do one thing of one workload. */
export function act(workloads: Workloads, program: ClientProgram, random: Random): void {
  const name = random.pick(acts);
  // A workload's calls are those of its own group, which the compiler cannot follow through a name.
  workloads[name].act(program, program.client[name] as never, random);
}

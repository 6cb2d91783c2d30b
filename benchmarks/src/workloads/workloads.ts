/** All workloads: those of the table in its order, and those of `bench:growth`. */
import { calls, connections } from "./calls.js";
import { memory } from "./memory.js";
import { echo, payloads } from "./payloads.js";
import { fanOut, stream, subscribers } from "./streams.js";
import type { Workload } from "./workload.js";

export const workloads: readonly Workload[] = [...calls, stream, fanOut, ...payloads, memory];

const all: ReadonlyMap<string, Workload> = new Map(
  [...workloads, connections, subscribers, echo].map((workload) => [workload.name, workload]),
);

export function workloadOf(name: string): Workload {
  const workload = all.get(name);
  if (!workload) throw new Error(`no workload ${name}: expected one of ${[...all.keys()].join(", ")}`);
  return workload;
}

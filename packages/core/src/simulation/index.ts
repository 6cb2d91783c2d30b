/** Virtual time, seeded chance, a network with faults, and whole worlds made of them. */
export { bytesOf } from "./bytes.js";
export type { Harm } from "./call-record.js";
export { type CutFigures, cutEverywhere } from "./duet/cuts.js";
export { checkModel, type ModelFigures } from "./duet/model.js";
export type { Bounds } from "./duet/stage.js";
export type { PlannedFault } from "./faults.js";
export { type CutOptions, Link, type LinkOptions } from "./network.js";
export { Random } from "./random.js";
export { shrink } from "./shrink.js";
export type { FaultKind } from "./swarm.js";
export { type Invariant, InvariantBroken, Trace } from "./trace.js";
export { VirtualClock } from "./virtual-clock.js";
export { plannedFaults, type Run, type SimulateOptions, simulate } from "./world.js";

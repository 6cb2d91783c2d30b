/** How programs in a world behave: how long they work, how much they say, when they lose interest. */
import type { Random } from "@trunkline/core/simulation";
import type { Process } from "./process.js";
import type { Stage } from "./stage.js";

/** How long a handler works. */
export function workMs({ busy }: Stage, random: Random): number {
  return busy ? random.pick([0, random.int(30), random.int(1_000), random.int(4_000)]) : random.int(20);
}

/** Filling for a value. */
export function padding({ swarm }: Stage, random: Random): string {
  const large = swarm.hard.has("large values") && random.chance(0.3);
  return "x".repeat(random.int(large ? 20_000 : 20));
}

/** Options with which a program may end its own call: a deadline, a cancel at any moment. Undefined: it does not. */
export function askOptions(
  { clock, swarm }: Stage,
  process: Process,
  random: Random,
): { readonly signal?: AbortSignal; readonly timeoutMs?: number } | undefined {
  const timeoutMs = swarm.hard.has("deadlines") && random.chance(0.4) ? random.between(1, 6_000) : undefined;
  const cancels = swarm.hard.has("cancels") && random.chance(0.3);
  if (!cancels) return timeoutMs === undefined ? undefined : { timeoutMs };
  const controller = new AbortController();
  clock.after(random.int(3_000), () => process.run(() => controller.abort()));
  return { signal: controller.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/**
 * `npm run simulate:model`: every state that two ends can come to within small bounds. All bounds at once are more than
 * a breadth-first search by replay can visit in minutes, so they are split: calls alone, a stream alone, and both.
 */
import { type Bounds, checkModel, InvariantBroken } from "@trunkline/core/simulation";

const MODELS: readonly Bounds[] = [
  { calls: 2, events: 0, cuts: 2, crashes: 1, takeovers: 1, cancels: 0 },
  { calls: 1, events: 0, cuts: 1, crashes: 1, takeovers: 1, cancels: 1 },
  { calls: 0, events: 3, cuts: 2, crashes: 1, takeovers: 0, cancels: 0 },
  { calls: 0, events: 1, cuts: 1, crashes: 1, takeovers: 1, cancels: 0 },
  { calls: 2, events: 1, cuts: 0, crashes: 0, takeovers: 0, cancels: 0 },
];

try {
  let total = 0;
  for (const bounds of MODELS) {
    const { states, moves, depth } = checkModel(bounds);
    total += states;
    const named = Object.entries(bounds).map(([name, bound]) => `${name} ${bound}`);
    console.log(`states ${states} moves ${moves} depth ${depth}: ${named.join(", ")}`);
  }
  console.log(`states ${total} violations 0`);
} catch (error) {
  if (!(error instanceof InvariantBroken)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

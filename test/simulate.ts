/**
 * `npm run simulate -- --seeds 100000` plays that many bare conversations, and a whole world for every twenty of them;
 * `--worlds 500` says otherwise. `--seed 42` plays one conversation again, `--world 42` one world, and prints every line
 * of its trace; `--faults 2,5` leaves out all faults of that seed but these, `--faults none` all.
 */
import { type Harm, InvariantBroken, type Run, shrink, simulate } from "@trunkline/core/simulation";
import { replayWorld, simulateWorlds } from "./world/simulate-worlds.js";

const SEEDS = 2_000;
/** A world takes as long as some dozens of conversations. */
const CONVERSATIONS_PER_WORLD = 20;

/** The value of an option `--name value`. */
function option(name: string): number | undefined {
  const index = process.argv.indexOf(`--${name}`);
  if (index < 0) return undefined;
  const value = Number(process.argv[index + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} needs a whole number`);
  return value;
}

/** The faults that `--faults` names. Undefined: it is not given. */
function faultNumbers(): ReadonlySet<number> | undefined {
  const index = process.argv.indexOf("--faults");
  if (index < 0) return undefined;
  const numbers = (process.argv[index + 1] ?? "none").split(",").filter((number) => number !== "none");
  return new Set(numbers.map(Number));
}

class Totals {
  #seeds = 0;
  #calls = 0;
  #events = 0;
  #virtualMs = 0;
  readonly #harm: Harm = { lost: 0, duplicated: 0, reordered: 0, unsettled: 0 };
  readonly #faults = new Map<string, number>();

  add(run: Run): void {
    this.#seeds++;
    this.#calls += run.calls;
    this.#events += run.events;
    this.#virtualMs += run.virtualMs;
    for (const kind of ["lost", "duplicated", "reordered", "unsettled"] as const) this.#harm[kind] += run.harm[kind];
    for (const [kind, count] of run.faults) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
  }

  /** What was counted. The first run that does not hold ends the program. */
  toString(): string {
    const faults = [...this.#faults].sort().map(([kind, count]) => `${kind} ${count}`);
    const hours = (this.#virtualMs / 3_600_000).toFixed(1);
    const harm = Object.entries(this.#harm).map(([kind, count]) => `${kind} ${count}`);
    return (
      `seeds ${this.#seeds} calls ${this.#calls} events ${this.#events} faults ${faults.join(", ")}; ` +
      `virtual hours ${hours} ${harm.join(" ")}`
    );
  }
}

function runMany(seeds: number, from: number): void {
  const totals = new Totals();
  for (let seed = from; seed < from + seeds; seed++) totals.add(simulate(seed));
  console.log(String(totals));
}

function replay(seed: number): void {
  const faults = faultNumbers();
  const listen = (line: string) => console.log(line);
  console.log(`hash ${simulate(seed, faults === undefined ? { listen } : { listen, faults }).hash}`);
}

/** What broke, the few faults that it takes, and how to see it again. */
function report(broken: InvariantBroken): void {
  console.error(broken.message);
  const faults = faultNumbers() === undefined ? shrink(broken) : [];
  for (const { number, kind, at } of faults) {
    console.error(`fault ${number}: ${kind}, ${at === undefined ? "now and then" : `at ${at} ms`}`);
  }
  const chosen = [...(faultNumbers() ?? faults.map(({ number }) => number))].join(",") || "none";
  console.error(`replay: npm run simulate -- --seed ${broken.seed} --faults ${chosen}`);
}

const seed = option("seed");
const world = option("world");
const seeds = option("seeds") ?? SEEDS;
const from = option("from") ?? 1;
try {
  if (seed !== undefined) replay(seed);
  else if (world === undefined) runMany(seeds, from);
  const worlds = option("worlds") ?? Math.ceil(seeds / CONVERSATIONS_PER_WORLD);
  if (world !== undefined && !(await replayWorld(world, faultNumbers()))) process.exitCode = 1;
  else if (world === undefined && seed === undefined && !(await simulateWorlds(worlds, from))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof InvariantBroken)) throw error;
  report(error);
  process.exitCode = 1;
}

/**
 * Runs worlds: `npm run simulate -- --seeds 100000` runs that many, `npm run simulate -- --seed 42` replays one and
 * prints every line of its trace.
 */
import { InvariantBroken, type Run, simulate } from "@trunkline/core/simulation";

/** The value of an option `--name value`. */
function option(name: string): number | undefined {
  const index = process.argv.indexOf(`--${name}`);
  if (index < 0) return undefined;
  const value = Number(process.argv[index + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} needs a whole number`);
  return value;
}

class Totals {
  #seeds = 0;
  #calls = 0;
  #events = 0;
  #virtualMs = 0;
  readonly #faults = new Map<string, number>();

  add(run: Run): void {
    this.#seeds++;
    this.#calls += run.calls;
    this.#events += run.events;
    this.#virtualMs += run.virtualMs;
    for (const [kind, count] of run.faults) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
  }

  /** Every run that is counted held all invariants; the first that does not ends the program. */
  toString(): string {
    const faults = [...this.#faults].sort().map(([kind, count]) => `${kind} ${count}`);
    const hours = (this.#virtualMs / 3_600_000).toFixed(1);
    return (
      `seeds ${this.#seeds} calls ${this.#calls} events ${this.#events} faults ${faults.join(", ")}; ` +
      `virtual hours ${hours} lost 0 duplicated 0 reordered 0 unsettled 0`
    );
  }
}

function runMany(seeds: number, from: number): void {
  const totals = new Totals();
  for (let seed = from; seed < from + seeds; seed++) totals.add(simulate(seed));
  console.log(String(totals));
}

try {
  const seed = option("seed");
  if (seed === undefined) runMany(option("seeds") ?? 2_000, option("from") ?? 1);
  else console.log(`hash ${simulate(seed, { listen: (line) => console.log(line) }).hash}`);
} catch (error) {
  if (!(error instanceof InvariantBroken)) throw error;
  console.error(`${error.message}\nreplay: npm run simulate -- --seed ${error.seed}`);
  process.exitCode = 1;
}

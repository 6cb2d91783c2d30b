/** The sums of many lives, in one line. Every figure was counted in a world; none is a constant. */
import type { Figures } from "./ledger.js";
import type { Life } from "./world.js";

export class Totals {
  #worlds = 0;
  #failed = 0;
  #virtualMs = 0;
  readonly #figures = new Map<string, number>();
  readonly #faults = new Map<string, number>();

  add({ figures, faults, virtualMs, broken }: Life): void {
    this.#worlds++;
    if (broken !== undefined) this.#failed++;
    this.#virtualMs += virtualMs;
    for (const [name, count] of Object.entries(figures)) add(this.#figures, name, count);
    for (const [kind, count] of faults) add(this.#faults, kind, count);
  }

  of(name: keyof Figures): number {
    return this.#figures.get(name) ?? 0;
  }

  toString(): string {
    const say = (...names: (keyof Figures)[]) => names.map((name) => `${name} ${this.of(name)}`).join(" ");
    const faults = [...this.#faults].sort().map(([kind, count]) => `${kind} ${count}`);
    const hours = (this.#virtualMs / 3_600_000).toFixed(1);
    return (
      `worlds ${this.#worlds} ${say("sessions", "dials", "calls", "answers", "events", "gaps")} ` +
      `${say("items", "callbacks", "parts", "cached")} ` +
      `faults ${faults.join(", ")}; virtual hours ${hours} failed ${this.#failed} ` +
      say("lost", "duplicated", "reordered", "unsettled")
    );
  }
}

const add = (sums: Map<string, number>, name: string, count: number) => sums.set(name, (sums.get(name) ?? 0) + count);

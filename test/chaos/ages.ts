/** How old a very large number of events were: counted by age, so that counting costs next to nothing. */

/** As fine as they are told apart, and the oldest that are. */
const STEP_MS = 0.25;
const STEPS = 40_000;

export class Ages {
  readonly #counts = new Uint32Array(STEPS);
  #count = 0;

  add(ms: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(ms / STEP_MS)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#count++;
  }

  /** Of a hundred, ninety-nine are no older. */
  get p99(): number {
    const wanted = this.#count * 0.99;
    let counted = 0;
    let step = 0;
    for (; step < STEPS && counted < wanted; step++) counted += this.#counts[step] ?? 0;
    return step * STEP_MS;
  }
}

/** What happened in a run: every line goes into a hash, the last ones are kept to be shown. */

/**
 * Names of what must hold; RELIABILITY's numbering. `I14`: neither of two honest ends accuses the other. `I15`: a drain
 * fails no call. `I16`: what a cache gives is not older than what its client could know.
 */
export type Invariant =
  | "I1"
  | "I2"
  | "I3"
  | "I4"
  | "I5"
  | "I6"
  | "I7"
  | "I8"
  | "I9"
  | "I10"
  | "I11"
  | "I12"
  | "I13"
  | "I14"
  | "I15"
  | "I16";

/** A run in which something did not hold. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";

  constructor(
    readonly invariant: Invariant,
    readonly seed: number,
    readonly detail: string,
    lines: readonly string[],
  ) {
    super(`${invariant}: ${detail} (seed ${seed})\n${lines.join("\n")}`);
  }
}

/** Lines that are kept. */
const KEPT = 40;

export class Trace {
  readonly #seed: number;
  readonly #now: () => number;
  #lines: string[] = [];
  #hash = 0x811c9dc5;
  #listen: ((line: string) => void) | undefined;

  /** `listen` hears every line, for whoever reads a whole run. */
  constructor(seed: number, now: () => number, listen?: (line: string) => void) {
    this.#seed = seed;
    this.#now = now;
    this.#listen = listen;
  }

  /** FNV-1a over all lines, as eight hexadecimal digits. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  say(who: string, what: string): void {
    const line = `${this.#now()} ${who} ${what}`;
    for (let i = 0; i < line.length; i++) this.#hash = Math.imul(this.#hash ^ line.charCodeAt(i), 0x01000193);
    this.#lines.push(line);
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT);
    this.#listen?.(line);
  }

  /** What is thrown when something does not hold. */
  broken(invariant: Invariant, detail: string): InvariantBroken {
    return new InvariantBroken(invariant, this.#seed, detail, this.#lines.slice(-KEPT));
  }

  /** Throws unless it holds. `detail` is made only then. */
  check(holds: boolean, invariant: Invariant, detail: () => string): void {
    if (!holds) throw this.broken(invariant, detail());
  }
}

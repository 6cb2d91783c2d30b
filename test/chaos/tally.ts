/** What the clients were told, held against what the servers did. */
import type { RpcError } from "@trunkline/core";
import type { Records } from "./server-child.js";

export type CallKind = "look" | "spend" | "put";

type Told = { readonly ok: true; readonly answer: string } | { readonly ok: false; readonly error: unknown };

/** A stream whose events should be 1, 2, 3 and so on. */
export class StreamTally {
  readonly #missing = new Set<number>();
  #last = 0;
  #events = 0;
  #duplicated = 0;
  #reordered = 0;
  /** What it failed with. */
  failure: unknown;
  done = false;

  add(number: number): void {
    this.#events++;
    if (number <= this.#last) {
      if (this.#missing.delete(number)) this.#reordered++;
      else this.#duplicated++;
    }
    for (; this.#last < number; this.#last++) if (this.#last + 1 < number) this.#missing.add(this.#last + 1);
  }

  get events(): number {
    return this.#events;
  }

  /** The figures, where it should have gone up to `to`. */
  against(to: number): { lost: number; duplicated: number; reordered: number } {
    const lost = this.#missing.size + Math.max(0, to - this.#last);
    return { lost, duplicated: this.#duplicated, reordered: this.#reordered };
  }
}

/** The calls of a run, by token. */
export class CallTally {
  readonly #kinds = new Map<string, CallKind>();
  readonly #told = new Map<string, Told>();
  #next = 0;

  /** A new token. */
  begin(kind: CallKind): string {
    const token = `${kind} ${this.#next++}`;
    this.#kinds.set(token, kind);
    return token;
  }

  settle(token: string, told: Told): void {
    this.#told.set(token, told);
  }

  get made(): number {
    return this.#kinds.size;
  }

  /**
   * The figures. Lost: failed though nothing is known of a reason, or was answered and never ran. Duplicated: started
   * more than once, where that is not allowed. Unknown: a plain mutation that says so.
   */
  against({ starts }: Records, { mayRepeat }: { mayRepeat: boolean }) {
    const figures = { lost: 0, duplicated: 0, unknown: 0, unsettled: 0, firstLoss: undefined as string | undefined };
    const lose = (token: string, why: unknown) => {
      figures.lost++;
      figures.firstLoss ??= `${token}: ${String(why)}`;
    };
    for (const [token, kind] of this.#kinds) {
      const told = this.#told.get(token);
      const runs = starts.get(token) ?? 0;
      if (runs > 1 && !(mayRepeat && kind !== "spend")) figures.duplicated++;
      if (told === undefined) figures.unsettled++;
      else if (told.ok && (told.answer !== token || runs === 0))
        lose(token, `answered ${told.answer}, ran ${runs} times`);
      else if (!told.ok && kind === "spend" && outcomeOf(told.error) === "unknown") figures.unknown++;
      else if (!told.ok) lose(token, `${String(told.error)} (${outcomeOf(told.error)}, ran ${runs} times)`);
    }
    return figures;
  }
}

const outcomeOf = (error: unknown) => (error as Partial<RpcError>).outcome;

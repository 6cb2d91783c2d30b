/** Places that are taken and given back: so many in all, and so many for one key, such as an address. */

/** Gives a place back, once, however often it is called. */
export type Release = () => void;

/** Bounds; `Infinity` for none. */
export interface PlaceBounds {
  readonly limit: number;
  readonly limitPerKey: number;
}

export class Places {
  readonly #bounds: PlaceBounds;
  /** Bounded by the places taken: a key without one is forgotten. */
  readonly #byKey = new Map<string, number>();
  #taken = 0;

  constructor(bounds: PlaceBounds) {
    this.#bounds = bounds;
  }

  get taken(): number {
    return this.#taken;
  }

  hasRoom(key: string): boolean {
    const { limit, limitPerKey } = this.#bounds;
    return this.#taken < limit && (this.#byKey.get(key) ?? 0) < limitPerKey;
  }

  /** Undefined: there is none. */
  take(key: string): Release | undefined {
    if (!this.hasRoom(key)) return undefined;
    this.enter(key);
    let held = true;
    return () => {
      if (held) this.leave(key);
      held = false;
    };
  }

  /** Takes one that was asked for, and is given back with `leave`. */
  enter(key: string): void {
    this.#taken++;
    this.#byKey.set(key, (this.#byKey.get(key) ?? 0) + 1);
  }

  leave(key: string): void {
    this.#taken--;
    const left = (this.#byKey.get(key) ?? 1) - 1;
    if (left === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, left);
  }
}

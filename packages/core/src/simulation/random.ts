/**
 * Chance that can be repeated: the same seed gives the same numbers on every platform.
 *
 * xoshiro128** by Blackman and Vigna, its 128 bits of state filled from the seed by splitmix32.
 *
 * @see https://prng.di.unimi.it
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Only the lowest 32 bits of `seed` count. */
  constructor(seed: number) {
    let state = seed | 0;
    const fill = () => {
      state = (state + 0x9e3779b9) | 0;
      let bits = state ^ (state >>> 16);
      bits = Math.imul(bits, 0x21f0aaad);
      bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
      return bits ^ (bits >>> 15);
    };
    this.#a = fill();
    this.#b = fill();
    this.#c = fill();
    this.#d = fill();
  }

  /** A whole number of 32 bits. */
  bits(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return result;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number from 0 to `n - 1`. */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** One of these; there must be one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(items.length)]!;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Chance of its own: what is drawn from it changes nothing here. */
  fork(): Random {
    return new Random(this.bits());
  }
}

const rotate = (bits: number, by: number) => (bits << by) | (bits >>> (32 - by));

/** In place of core's credit: everything is granted, and nobody is told. */
import type * as core from "@trunkline/core/internal";

export class CreditWindow implements Pick<core.CreditWindow, keyof core.CreditWindow> {
  mark = 0;
  readonly arrived = 0;
  readonly #most: number;

  constructor(_size: number, most: number) {
    this.#most = most;
  }

  open(): number {
    return this.#most;
  }

  arrive(): boolean {
    return true;
  }

  admit(): void {}

  take(): number {
    return 0;
  }

  consume(): undefined {}
}

export class CreditBalance implements Pick<core.CreditBalance, keyof core.CreditBalance> {
  readonly available = true;
  readonly left = Infinity;

  spend(): void {}

  rewind(): boolean {
    return true;
  }

  raise(): boolean {
    return true;
  }
}

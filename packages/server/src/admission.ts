/**
 * Who may wait at the door: counts the sockets whose hello is not complete, so that silent ones cannot pile up. The
 * acceptor asks before it accepts; the connection says when its hello is done. What closes early is released by the
 * acceptor, so a place cannot be lost.
 */

export interface AdmissionOptions {
  /** Sockets without a complete hello, in all. Default 1,000. */
  readonly pending?: number;
  /** The same for one remote address. Default: no bound of its own, since a proxy makes all clients one address. */
  readonly pendingPerAddress?: number;
}

/** A place at the door. */
export interface Admitted {
  /** Gives the place back, once, however often it is called. */
  release(): void;
}

export class Admission {
  readonly #limit: number;
  readonly #limitPerAddress: number;
  /** Bounded by the places taken: an address without one is forgotten. */
  readonly #byAddress = new Map<string, number>();
  #pending = 0;

  /** @throws TypeError for a bound that is not a positive whole number. */
  constructor({ pending = 1_000, pendingPerAddress = Infinity }: AdmissionOptions = {}) {
    this.#limit = bound("pending", pending);
    this.#limitPerAddress = bound("pendingPerAddress", pendingPerAddress);
  }

  /** Places taken now. */
  get pending(): number {
    return this.#pending;
  }

  /** Takes a place. Undefined: there is none, and the client should come later. */
  enter(remoteAddress: string | undefined): Admitted | undefined {
    const address = remoteAddress ?? "";
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#pending >= this.#limit || ofAddress >= this.#limitPerAddress) return undefined;
    this.#pending++;
    this.#byAddress.set(address, ofAddress + 1);
    let held = true;
    return {
      release: () => {
        if (held) this.#leave(address);
        held = false;
      },
    };
  }

  #leave(address: string): void {
    this.#pending--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}

function bound(name: string, value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new TypeError(`admission.${name} must be a positive whole number, not ${String(value)}`);
}

/**
 * Credit: how many events a reader has allowed, said as an absolute limit, so that hearing it twice is harmless.
 *
 * The reader keeps a {@link CreditWindow}, the producer a {@link CreditBalance}; `produced ≤ limit` holds at both.
 *
 * @see PROTOCOL.md section 5.3
 */

/**
 * The reader's side: grants more as events are consumed, and widens while it is what holds the producer back: all that
 * was granted is used up before half of it is consumed, or has come before the producer can have heard of more.
 */
export class CreditWindow {
  /** Who grants leaves here what the latest limit is known by. */
  mark = 0;
  #size: number;
  #maxSize: number;
  #limit = 0;
  #arrived = 0;
  #consumed = 0;
  /** Taken, and not among the consumed yet. */
  #untold = 0;

  constructor(size: number, maxSize: number) {
    this.#size = size;
    this.#maxSize = maxSize;
  }

  /**
   * A stream begins, or begins anew in another session: returns its first limit. Events of the one before that the
   * caller has not taken yet keep their part of the window. `peerMax`: the widest window the producer takes.
   */
  open(peerMax: number): number {
    const waiting = Math.max(0, this.#arrived - this.#consumed - this.#untold);
    this.#untold = 0;
    this.#maxSize = Math.min(this.#maxSize, peerMax);
    this.#size = Math.min(this.#size, this.#maxSize);
    this.#limit = Math.max(0, this.#size - waiting);
    this.#arrived = 0;
    this.#consumed = -waiting;
    this.mark = 0;
    return this.#limit;
  }

  /** Events and gaps that arrived since the stream was opened in this session. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Counts an event that arrived. False: it was not granted. */
  arrive(): boolean {
    if (this.#arrived === this.#limit) return false;
    this.#arrived++;
    return true;
  }

  /** Counts an item of our own among the arrived; it takes nothing of what was granted. */
  admit(): void {
    this.#limit++;
    this.#arrived++;
  }

  /** Notes events the caller has taken. Returns how many to `consume` now: 0 as long as that would grant nothing. */
  take(count: number): number {
    this.#untold += count;
    if (this.#limit - this.#consumed - this.#untold > this.#size / 2) return 0;
    const told = this.#untold;
    this.#untold = 0;
    return told;
  }

  /**
   * Counts events the caller has taken. Returns the new limit when it is time to tell the producer. `isHeard`: it is known
   * to have heard the one before.
   */
  consume(count: number, isHeard: boolean): number | undefined {
    this.#consumed = Math.min(this.#consumed + count, this.#arrived);
    if (this.#limit - this.#consumed > this.#size / 2) return undefined;
    if (this.#arrived === this.#limit || !isHeard) this.#size = Math.min(this.#size * 2, this.#maxSize);
    this.#limit = this.#consumed + this.#size;
    return this.#limit;
  }
}

/** The producer's side. */
export class CreditBalance {
  #limit: number;
  #produced = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get available(): boolean {
    return this.#produced < this.#limit;
  }

  /** How many events may still be produced. */
  get left(): number {
    return this.#limit - this.#produced;
  }

  /** Counts events that were produced. */
  spend(count: number): void {
    this.#produced += count;
  }

  /** Of what was produced only so many have arrived, the rest is lost. False: so many were never produced. */
  rewind(count: number): boolean {
    if (count > this.#produced) return false;
    this.#produced = count;
    return true;
  }

  /**
   * Takes a new limit; a smaller one is an old one and changes nothing. False: more than `max` beyond what was
   * produced, which no reader asks for.
   */
  raise(limit: number, max: number): boolean {
    if (limit - this.#produced > max) return false;
    this.#limit = Math.max(this.#limit, limit);
    return true;
  }
}

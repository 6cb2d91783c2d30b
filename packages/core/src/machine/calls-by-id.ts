/**
 * Calls by their ids, which only grow: so their order is that of the ids.
 *
 * A `Map` would do, if calls did not come and go by the thousand: a table it has outgrown leads to the next, and as soon
 * as one of those has become old memory, all calls that were in later ones stay until old memory is collected.
 *
 * An open table, at most half full: who finds a place taken takes the next free one, and when somebody leaves, those who
 * had to go further move up.
 */

/** Places at first. What is larger is let go of when it is empty. */
const FEW = 4;
const MANY = 128;

export class CallsById<Call> {
  /** 0: a free place. */
  #ids: number[] = [];
  #calls: (Call | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Call | undefined {
    return this.#size === 0 ? undefined : this.#calls[this.#placeOf(id)];
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  set(id: number, call: Call): void {
    if (this.#size * 2 >= this.#ids.length) this.#grow();
    const place = this.#placeOf(id);
    if (this.#ids[place] === 0) this.#size++;
    this.#ids[place] = id;
    this.#calls[place] = call;
  }

  /** False: there was none. */
  delete(id: number): boolean {
    if (!this.has(id)) return false;
    this.#moveUp(this.#placeOf(id));
    if (--this.#size === 0 && this.#ids.length > MANY) this.clear();
    return true;
  }

  /** All there are now, in the order of their ids. */
  values(): Call[] {
    const ids = this.#ids.filter((id) => id !== 0).sort((one, other) => one - other);
    return ids.map((id) => this.#calls[this.#placeOf(id)] as Call);
  }

  clear(): void {
    this.#ids = [];
    this.#calls = [];
    this.#size = 0;
  }

  /** Where it is, or would be. There is always a free place. */
  #placeOf(id: number): number {
    const last = this.#ids.length - 1;
    let place = this.#homeOf(id);
    while (this.#ids[place] !== id && this.#ids[place] !== 0) place = (place + 1) & last;
    return place;
  }

  /** Ids of one end are all odd or all even. */
  #homeOf(id: number): number {
    return (id >>> 1) & (this.#ids.length - 1);
  }

  /** Frees a place, and gives it to the next one that would rather be there. */
  #moveUp(free: number): void {
    const last = this.#ids.length - 1;
    let gap = free;
    for (let place = (gap + 1) & last; this.#ids[place] !== 0; place = (place + 1) & last) {
      const id = this.#ids[place]!;
      const isBetween = ((place - this.#homeOf(id)) & last) < ((place - gap) & last);
      if (isBetween) continue;
      this.#ids[gap] = id;
      this.#calls[gap] = this.#calls[place];
      gap = place;
    }
    this.#ids[gap] = 0;
    this.#calls[gap] = undefined;
  }

  #grow(): void {
    const [ids, calls] = [this.#ids, this.#calls];
    const places = Math.max(FEW, ids.length * 2);
    this.#ids = new Array<number>(places).fill(0);
    this.#calls = new Array<Call | undefined>(places).fill(undefined);
    for (const [place, id] of ids.entries()) {
      if (id === 0) continue;
      const moved = this.#placeOf(id);
      this.#ids[moved] = id;
      this.#calls[moved] = calls[place];
    }
  }
}

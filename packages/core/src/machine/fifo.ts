/**
 * First in, first out: a list whose front moves on, since shifting costs as much as what is left.
 *
 * When it is empty it is the same list again. One in its place would, as long as the old one is not collected, keep in
 * memory all that the old one held: and lists that live as long as a connection are old memory, which is collected rarely.
 */
export class Fifo<Item> {
  #items: Item[] = [];
  /** Index in `#items` of the first one; what is before it has left. */
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The item with so many before it. There must be one. */
  at(index: number): Item {
    return this.#items[this.#start + index]!;
  }

  /** Puts another in the place of the one with so many before it. */
  replace(index: number, item: Item): void {
    this.#items[this.#start + index] = item;
  }

  /** The first so many leave. There must be as many. */
  drop(count: number): void {
    this.#start += count;
    if (this.#start * 2 < this.#items.length) return;
    if (this.length === 0) this.#items.length = 0;
    else this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }

  /** All leave. */
  clear(): Item[] {
    const items = this.#items.slice(this.#start);
    this.drop(this.length);
    return items;
  }
}

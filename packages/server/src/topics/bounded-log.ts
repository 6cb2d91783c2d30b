/**
 * A log that is bounded by count, bytes and age, and in which an entry with a key replaces the earlier one of that key.
 * Invariants: offsets grow; every item after `start` is there unless it was replaced; appending costs the same however
 * long the log is. It has no timer: what has become too old is dropped when the log is next written or read.
 */
import type { Keep } from "./backplane.js";

export interface LogEntry<Item> {
  readonly offset: number;
  readonly item: Item;
  readonly bytes: number;
  /** When it was published, by the clock of whoever holds the log. */
  readonly at: number;
  readonly key: string | undefined;
}

/** An entry in its place. A spread of the entry would give each a hidden class of its own, as its time is no integer. */
class Slot<Item> implements LogEntry<Item> {
  readonly offset: number;
  readonly item: Item;
  readonly bytes: number;
  readonly at: number;
  readonly key: string | undefined;
  replaced = false;

  constructor({ offset, item, bytes, at, key }: LogEntry<Item>) {
    this.offset = offset;
    this.item = item;
    this.bytes = bytes;
    this.at = at;
    this.key = key;
  }
}

export class BoundedLog<Item> {
  readonly #keep: Keep;
  /** The first `#head` slots are dropped; they are cut off together now and then, so that none of them is moved twice. */
  #slots: Slot<Item>[] = [];
  #head = 0;
  #replaced = 0;
  #bytes = 0;
  readonly #byKey = new Map<string, Slot<Item>>();
  #start: number;
  #end: number;

  /** Begins empty, after an offset. */
  constructor(keep: Keep, start: number) {
    this.#keep = keep;
    this.#start = start;
    this.#end = start;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** How many items are there. */
  get size(): number {
    return this.#slots.length - this.#head - this.#replaced;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(entry: LogEntry<Item>, now: number): void {
    const slot = new Slot(entry);
    if (entry.key !== undefined) this.#replace(entry.key, slot);
    this.#slots.push(slot);
    this.#bytes += entry.bytes;
    this.#end = entry.offset;
    this.trim(now);
  }

  /** Drops what is beyond the bounds at this time. */
  trim(now: number): void {
    const { events, bytes, ageMs } = this.#keep;
    for (let first = this.#slots[this.#head]; first !== undefined; first = this.#slots[this.#head]) {
      const fits = this.size <= events && this.#bytes <= bytes && now - first.at <= ageMs;
      if (fits && !first.replaced) break;
      this.#dropFirst(first);
    }
    this.#compact();
  }

  /** Drops everything up to an offset. */
  dropTo(offset: number): void {
    for (let first = this.#slots[this.#head]; first !== undefined && first.offset <= offset; ) {
      this.#dropFirst(first);
      first = this.#slots[this.#head];
    }
    this.#compact();
  }

  /** The first item after an offset. */
  after(offset: number): LogEntry<Item> | undefined {
    let index = this.#indexAfter(offset);
    while (this.#slots[index]?.replaced) index++;
    return this.#slots[index];
  }

  /** The items after an offset, as many as fit; one in any case, if there is one. */
  following(offset: number, { events, bytes }: { readonly events: number; readonly bytes: number }): LogEntry<Item>[] {
    const found: LogEntry<Item>[] = [];
    let left = bytes;
    for (let index = this.#indexAfter(offset); index < this.#slots.length && found.length < events; index++) {
      const slot = this.#slots[index]!;
      if (slot.replaced) continue;
      left -= slot.bytes;
      if (left < 0 && found.length > 0) break;
      found.push(slot);
    }
    return found;
  }

  /** How many were appended after an offset and not dropped, the replaced among them. */
  countAfter(offset: number): number {
    return this.#slots.length - this.#indexAfter(offset);
  }

  /** The offset after which so many were appended. */
  offsetBefore(count: number): number {
    return this.#slots[this.#slots.length - count - 1]?.offset ?? this.#start;
  }

  /** The last items before an offset, oldest first. */
  last(limit: number, before = Infinity): LogEntry<Item>[] {
    const found: LogEntry<Item>[] = [];
    for (let index = this.#indexAfter(before - 1) - 1; index >= this.#head && found.length < limit; index--) {
      const slot = this.#slots[index]!;
      if (!slot.replaced) found.push(slot);
    }
    return found.reverse();
  }

  #replace(key: string, slot: Slot<Item>): void {
    const earlier = this.#byKey.get(key);
    if (earlier !== undefined) {
      earlier.replaced = true;
      this.#replaced++;
      this.#bytes -= earlier.bytes;
    }
    this.#byKey.set(key, slot);
  }

  #dropFirst(first: Slot<Item>): void {
    this.#head++;
    if (first.replaced) this.#replaced--;
    else {
      this.#bytes -= first.bytes;
      this.#start = first.offset;
      if (first.key !== undefined) this.#byKey.delete(first.key);
    }
  }

  /** Cuts off what is dropped and replaced once it is more than half: each slot is moved once or twice in its life. */
  #compact(): void {
    if (this.#head + this.#replaced <= this.#slots.length / 2) return;
    this.#slots = this.#slots.slice(this.#head).filter((slot) => !slot.replaced);
    this.#head = 0;
    this.#replaced = 0;
  }

  #indexAfter(offset: number): number {
    let [low, high] = [this.#head, this.#slots.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#slots[middle]!.offset > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

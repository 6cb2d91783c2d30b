/** What will happen, earliest first: a binary heap. Entries of equal time go in the order of their `tie`. */
export interface Entry {
  readonly at: number;
  readonly tie: number;
  /** Undefined: called off. It is dropped when its turn comes. */
  task: (() => void) | undefined;
}

export class Agenda {
  readonly #heap: Entry[] = [];

  /** The earliest entry that was not called off. */
  peek(): Entry | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.task === undefined) this.#removeFirst();
    return this.#heap[0];
  }

  /** Takes the earliest entry out. */
  take(): Entry | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  add(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

const isBefore = (one: Entry, other: Entry) => one.at < other.at || (one.at === other.at && one.tie < other.tie);

/**
 * The feed, for frameworks whose subscriptions are async iterables and who bring nothing to share events with: one queue
 * per reader. It is bounded by what the workload keeps in flight.
 */
import type { Reply } from "./sample.js";

export class Feed {
  readonly #queues = new Set<Queue>();

  readers(): number {
    return this.#queues.size;
  }

  publish(event: Reply): void {
    for (const queue of this.#queues) queue.push(event);
  }

  async *read(): AsyncGenerator<Reply, void> {
    const queue = new Queue();
    this.#queues.add(queue);
    try {
      while (true) yield queue.shift() ?? (await queue.next());
    } finally {
      this.#queues.delete(queue);
    }
  }
}

class Queue {
  readonly #events: Reply[] = [];
  #waiting: ((event: Reply) => void) | undefined;

  push(event: Reply): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#events.push(event);
      return;
    }
    this.#waiting = undefined;
    waiting(event);
  }

  shift(): Reply | undefined {
    return this.#events.shift();
  }

  next(): Promise<Reply> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

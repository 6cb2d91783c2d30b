/**
 * Two transports that are each other's other end, without a socket. What one sends the other hears in the next turn,
 * in order, as with a socket; nothing is ever lost.
 */
import type { Transport, TransportListener } from "@trunkline/core";

/** A linked pair. Closing one end closes the other. */
export function memoryTransports(): readonly [Transport, Transport] {
  const [left, right] = [new MemoryTransport(), new MemoryTransport()];
  left.link(right);
  right.link(left);
  return [left, right];
}

type Heard = (listener: TransportListener) => void;

class MemoryTransport implements Transport {
  #other: MemoryTransport | undefined;
  #listener: TransportListener | undefined;
  /** What was heard and not yet passed on. */
  #heard: Heard[] = [];
  #open = true;

  link(other: MemoryTransport): void {
    this.#other = other;
  }

  send(text: string): boolean {
    if (this.#open) this.#other?.hear((listener) => listener.message(text));
    return true;
  }

  ping(): void {
    if (this.#open && this.#other !== undefined) this.hear((listener) => listener.alive());
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#heard = [];
    const closed: Heard = (listener) => listener.closed(code, reason);
    this.#other?.hear(closed);
    this.hear(closed);
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
    queueMicrotask(() => this.#pass());
  }

  hear(heard: Heard): void {
    this.#heard.push(heard);
    queueMicrotask(() => this.#pass());
  }

  #pass(): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    for (let heard = this.#heard.shift(); heard !== undefined; heard = this.#heard.shift()) {
      heard(listener);
      // A listener may hand the transport on: what follows is for the next one.
      if (this.#listener !== listener) return;
    }
  }
}

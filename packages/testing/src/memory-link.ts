/**
 * Two transports that are each other's other end, without a socket. What one sends the other hears in the next turn, in
 * order, as with a socket; nothing is lost, until the link is cut.
 */
import type { Transport, TransportListener } from "@trunkline/core";

/** A link in memory. Closing one end closes the other. */
export interface MemoryLink {
  readonly ends: readonly [Transport, Transport];
  /** As when a network fails: what is under way is gone, and both ends hear 1006. */
  cut(): void;
}

/** Links two transports. */
export function memoryLink(): MemoryLink {
  const [left, right] = [new MemoryTransport(), new MemoryTransport()];
  left.link(right);
  right.link(left);
  return { ends: [left, right], cut: () => left.lose() };
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

  send(message: string | Uint8Array): boolean {
    if (this.#open) this.#other?.hear((listener) => listener.message(message));
    return true;
  }

  ping(): void {
    if (this.#open && this.#other !== undefined) this.hear((listener) => listener.alive());
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.#end(code, reason);
    // What this end has said before is heard there still, and then that it is over.
    const other = this.#other;
    other?.hear((listener) => {
      if (!other.#open) return;
      other.#open = false;
      listener.closed(code, reason);
    });
  }

  /** Both ends at once, with whatever was on its way. */
  lose(): void {
    for (const end of [this, this.#other]) if (end?.isOpen) end.#end(1006, "");
  }

  get isOpen(): boolean {
    return this.#open;
  }

  #end(code: number, reason: string): void {
    this.#open = false;
    this.#heard = [(listener) => listener.closed(code, reason)];
    queueMicrotask(() => this.#pass());
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

/** The other end of a server, in the hands of a test: a transport that records what is sent, and hellos to say. */
import type { Transport, TransportListener } from "@trunkline/core";
import { batch, greeting, type Hello, peerLimits, resolveLimits } from "@trunkline/core/internal";
import type { VirtualClock } from "@trunkline/core/simulation";

export { strangers } from "../../core/test/strangers.js";

export const limits = resolveLimits();

/** What a client says first; `members` replaces parts of it. */
export function hello(members: Partial<Hello> = {}): string {
  return greeting({ type: "hello", contract: "hash", received: 0, limits: peerLimits(limits), ...members });
}

/** A transport whose other end is the test. */
export class Line implements Transport {
  readonly sent: string[] = [];
  /** What this end closed with. */
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  #listener: TransportListener | undefined;
  #open = true;
  #lost: number | undefined;

  send(text: string): boolean {
    if (this.#open) this.sent.push(text);
    return true;
  }

  ping(): void {}

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.closedWith = { code, reason };
    this.#open = false;
    this.#listener?.closed(code, reason);
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
    if (this.#lost !== undefined) listener.closed(this.#lost, "");
  }

  /** The other end says this. */
  hear(text: string): void {
    if (this.#open) this.#listener?.message(text);
  }

  /** The other end answers a ping. */
  pong(): void {
    if (this.#open) this.#listener?.alive();
  }

  /** The other end, or the network, closes. */
  lose(code = 1006): void {
    if (!this.#open) return;
    this.#open = false;
    this.#lost = code;
    this.#listener?.closed(code, "");
  }

  /** The body of the welcome that was sent. */
  get welcome(): Record<string, unknown> & { readonly session: string } {
    const [type, body] = JSON.parse(this.sent[0] ?? "[]");
    if (type !== "welcome") throw new Error(`expected a welcome, but came ${this.sent[0]}, ${this.closedWith?.code}`);
    return body;
  }

  /** The frames sent since the welcome, in order. A topic's events stand among them as those of the stream they feed. */
  get frames(): unknown[][] {
    const streams = new Map<unknown, unknown>();
    return this.sent.slice(1).flatMap((text) => {
      const [head, ...rest] = JSON.parse(text) as [unknown, ...unknown[][]];
      if (head === "events") return rest.slice(3).map((item) => [7, streams.get(rest[0]), ...item]);
      if (!Array.isArray(head)) return [];
      for (const [op, id, topic] of rest) if (op === 11) streams.set(topic, id);
      return rest;
    });
  }
}

/** A client by hand: says hello over a line of its own, numbers its frames, and remembers what it got. */
export class Caller {
  line = new Line();
  #sent = 0;
  #nextId = 1;

  /** Says one or more frames, given as JSON text. */
  say(...frames: string[]): void {
    this.line.hear(batch(this.#sent + 1, 0, frames));
    this.#sent += frames.length;
  }

  /** Calls a query or a mutation. Returns its id. */
  call(path: string, input?: unknown, timeoutMs = 0): number {
    const id = this.#take();
    this.say(JSON.stringify([1, id, path, timeoutMs, null, ...(input === undefined ? [] : [input])]));
    return id;
  }

  subscribe(path: string, input?: unknown, credit = 8): number {
    const id = this.#take();
    this.say(JSON.stringify([2, id, path, 0, null, credit, null, ...(input === undefined ? [] : [input])]));
    return id;
  }

  cancel(id: number): void {
    this.say(JSON.stringify([3, id]));
  }

  /** What was answered to this call: frames without the id. That a stream was joined to a topic is no answer. */
  answers(id: number): unknown[][] {
    const frames = this.line.frames.filter(([op, to]) => to === id && op !== 11);
    return frames.map(([op, , ...rest]) => [op, ...rest]);
  }

  /** The error that was answered to this call. */
  error(id: number): Record<string, unknown> {
    const found = this.answers(id).find(([op]) => op === 6);
    if (found === undefined) throw new Error(`expected an error, but came ${JSON.stringify(this.answers(id))}`);
    return found[1] as Record<string, unknown>;
  }

  #take(): number {
    const id = this.#nextId;
    this.#nextId += 2;
    return id;
  }
}

/** Lets promises and deferred tasks come to rest, at the time it is. */
export async function settle(clock: VirtualClock): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
    clock.advance(0);
  }
}

/**
 * Calls that have no id yet, because there is no transport or no slot for them. They wait in lines of their own, each in
 * the order in which it came: who waits for one thing holds up nobody who waits for another.
 *
 * What waits is bounded, in calls and in size: by the offline limits while there is no transport, by `waitingCalls` and
 * the hard bound while there is one.
 */
import type { StandardCode } from "../error/codes.js";
import type { Limits } from "../protocol/limits.js";
import type { OutgoingCall } from "./outgoing-call.js";

/** Why a call may not wait. */
export interface NoRoom {
  readonly code: StandardCode;
  readonly message: string;
}

export class WaitingRoom<Sink> {
  readonly #limits: Limits;
  readonly #streams = new Set<OutgoingCall<Sink>>();
  readonly #calls = new Set<OutgoingCall<Sink>>();
  /** Calls with an upstream. Streams with one do not wait for a slot, as no stream does. */
  readonly #uploads = new Set<OutgoingCall<Sink>>();
  #size = 0;

  /** Streams first. What is taken out of a line while it is read is not met any more. */
  readonly lines: readonly Iterable<OutgoingCall<Sink>>[] = [this.#streams, this.#calls, this.#uploads];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#streams.size + this.#calls.size + this.#uploads.size;
  }

  /** What they take as frames, in UTF-16 units and bytes. */
  get size(): number {
    return this.#size;
  }

  /** Why this call may not wait as well. Undefined: it may. */
  refuses(call: OutgoingCall<Sink>, isAttached: boolean): NoRoom | undefined {
    const { waitingCalls, offlineCalls, outboundHardBytes, offlineBytes } = this.#limits;
    const isFull = this.length >= (isAttached ? waitingCalls : offlineCalls);
    // One that is larger may wait alone.
    const fits = this.#size === 0 || this.#size + call.size <= (isAttached ? outboundHardBytes : offlineBytes);
    if (!isFull && fits) return undefined;
    return isAttached
      ? { code: "RESOURCE_EXHAUSTED", message: "too many calls wait for a slot (limits.waitingCalls)" }
      : { code: "UNAVAILABLE", message: "too many calls wait for a connection (limits.offlineCalls)" };
  }

  has(call: OutgoingCall<Sink>): boolean {
    return this.#lineOf(call).has(call);
  }

  enter(call: OutgoingCall<Sink>): void {
    call.state = { name: "waiting" };
    this.#lineOf(call).add(call);
    this.#size += call.size;
  }

  leave(call: OutgoingCall<Sink>): void {
    if (this.#lineOf(call).delete(call)) this.#size -= call.size;
  }

  /** Everybody leaves. */
  clear(): OutgoingCall<Sink>[] {
    const all = [...this.#streams, ...this.#calls, ...this.#uploads];
    this.#streams.clear();
    this.#calls.clear();
    this.#uploads.clear();
    this.#size = 0;
    return all;
  }

  #lineOf(call: OutgoingCall<Sink>): Set<OutgoingCall<Sink>> {
    if (call.window !== undefined) return this.#streams;
    return call.upstream === undefined ? this.#calls : this.#uploads;
  }
}

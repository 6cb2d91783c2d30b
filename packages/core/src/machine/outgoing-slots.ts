/**
 * The slots of the other end that our calls take: queries and mutations one sort, streams another. A call has its slot
 * from when it is queued until it settles or goes elsewhere, and with it the id by which answers find it.
 *
 * Ids only grow, in the order in which calls are sent. Those of a session that was lost do not come again.
 *
 * @see PROTOCOL.md section 5.2
 */
import type { PeerLimits } from "../protocol/limits.js";
import { CallsById } from "./calls-by-id.js";
import type { OutgoingCall } from "./outgoing-call.js";

/** What no call has. */
const NO_ID = 0;

export class OutgoingSlots<Sink> {
  /** Queued and sent. */
  readonly #byId = new CallsById<OutgoingCall<Sink>>();
  /** How many of them are queries and mutations. */
  #calls = 0;
  #nextId: number;
  /** The highest id that was sent. */
  #lastSent = 0;

  /** `firstId`: of the parity that all have. */
  constructor(firstId: 1 | 2) {
    this.#nextId = firstId;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#byId.size;
  }

  get(id: number): OutgoingCall<Sink> | undefined {
    return this.#byId.get(id);
  }

  values(): OutgoingCall<Sink>[] {
    return this.#byId.values();
  }

  /** False too for one whose id means another conversation's call. */
  has(call: OutgoingCall<Sink>): boolean {
    return this.#byId.get(call.id ?? NO_ID) === call;
  }

  /** Whether one is free for this call, of as many as the other end has. */
  isFree({ window }: OutgoingCall<Sink>, peer: Pick<PeerLimits, "calls" | "subscriptions">): boolean {
    return window === undefined ? this.#calls < peer.calls : this.#byId.size - this.#calls < peer.subscriptions;
  }

  /** The call is queued. */
  take(call: OutgoingCall<Sink>): void {
    if (call.window === undefined) this.#calls++;
    const id = this.#newId();
    call.state = { name: "queued", id };
    this.#byId.set(id, call);
  }

  /** The queued call of this id is sent: with it, or with a new one where others have overtaken it. Returns which. */
  send(call: OutgoingCall<Sink>, queuedId: number): number {
    let id = queuedId;
    if (id < this.#lastSent) {
      this.#byId.delete(id);
      id = this.#newId();
      this.#byId.set(id, call);
    }
    this.#lastSent = id;
    call.state = { name: "sent", id };
    return id;
  }

  /** The call settles, or goes elsewhere. */
  free({ id = NO_ID, window }: OutgoingCall<Sink>): void {
    if (this.#byId.delete(id) && window === undefined) this.#calls--;
  }

  /** All calls lose theirs. Here they are. */
  clear(): OutgoingCall<Sink>[] {
    const calls = this.#byId.values();
    this.#byId.clear();
    this.#calls = 0;
    return calls;
  }

  #newId(): number {
    const id = this.#nextId;
    this.#nextId += 2;
    return id;
  }
}

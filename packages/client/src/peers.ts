/**
 * The peer that calls are made on, and those before it that have calls in flight still. When a server goes away its
 * client goes on with a new peer, which gets the streams and whatever waits; the one before it departs: it stays until
 * what it has in flight is answered, or its transport is lost.
 */
import {
  type Caller,
  type CloseName,
  type OutgoingCall,
  Peer,
  type PeerOptions,
  type Sink,
} from "@trunkline/core/internal";

/** What the current peer's owner hears. What departing ones have to say is settled here. */
export interface PeersOwner {
  detached(code: number, reason?: string): void;
  broken(close: CloseName): void;
  goodbye(spreadMs: number): void;
  /** The server wants new credentials for this peer. */
  renew(peer: Peer): void;
  /** What was kept with these tags is no longer true; `null`: all of it. */
  invalidated(tags: readonly string[] | null): void;
  /** Something has arrived, from whichever of them, that may tell of a change. */
  news(): void;
}

export class Peers implements Caller {
  readonly #options: Omit<PeerOptions, "owner">;
  readonly #owner: PeersOwner;
  readonly #departing = new Set<Peer>();
  #current: Peer;

  constructor(options: Omit<PeerOptions, "owner">, owner: PeersOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#current = this.#make();
  }

  get current(): Peer {
    return this.#current;
  }

  /** What is held and open now, in all. */
  get holdings(): Peer["holdings"] {
    const held = { ...this.#current.holdings };
    for (const peer of this.#departing) {
      for (const what of ["calls", "handlers", "waiting", "backlog", "bulk", "replay", "joining"] as const)
        held[what] += peer.holdings[what];
    }
    return held;
  }

  open(call: OutgoingCall<Sink>): void {
    this.#current.open(call);
  }

  /** Wherever the call is by now: only the peer that has it acts. */
  cancel(call: OutgoingCall<Sink>): void {
    this.#current.cancel(call);
    for (const peer of this.#departing) peer.cancel(call);
  }

  consume(call: OutgoingCall<Sink>, count: number): void {
    this.#current.consume(call, count);
    for (const peer of this.#departing) peer.consume(call, count);
  }

  /** A new peer in the place of one that has ended. */
  renew(): void {
    this.#current = this.#make();
  }

  /** A new peer goes on; the one before it departs. */
  depart(): void {
    const before = this.#current;
    this.#current = this.#make();
    this.#departing.add(before);
    before.handOver(this.#current, false);
  }

  /** Waits for none that departs: what they have in flight goes the way its kind allows. */
  hurry(): void {
    for (const peer of this.#departing) this.#departed(peer, true);
  }

  /** Ends all of them, for good. */
  close(): void {
    for (const peer of [this.#current, ...this.#departing]) peer.end("normal", "CANCELLED", "the client was closed");
    this.#departing.clear();
  }

  #make(): Peer {
    const owner = this.#owner;
    const isCurrent = () => peer === this.#current;
    const peer: Peer = new Peer({
      ...this.#options,
      owner: {
        detached: (code, reason) => (isCurrent() ? owner.detached(code, reason) : this.#departed(peer, true)),
        broken: (close) => (isCurrent() ? owner.broken(close) : this.#departed(peer, true)),
        goodbye: (spreadMs) => isCurrent() && owner.goodbye(spreadMs),
        renew: () => isCurrent() && owner.renew(peer),
        finished: () => this.#departed(peer, false),
        news: () => owner.news(),
        invalidated: (tags) => owner.invalidated(tags),
      },
    });
    return peer;
  }

  /** It is done, or `lost` its transport before it was. */
  #departed(peer: Peer, lost: boolean): void {
    if (!this.#departing.delete(peer)) return;
    if (lost) peer.handOver(this.#current, true);
    peer.end("normal", "UNAVAILABLE", "the connection has moved on");
  }
}

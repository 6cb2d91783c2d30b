/**
 * What clients announce of their limits, and nothing else of what they said. Most are of one kind and announce the same:
 * what the latest announced is kept once, for all who announce it too.
 */
import { type PeerLimits, peerLimits } from "@trunkline/core/internal";

export class AnnouncedLimits {
  #latest: PeerLimits | undefined;

  of(limits: PeerLimits): PeerLimits {
    const announced = peerLimits(limits);
    if (this.#latest === undefined || !areEqual(this.#latest, announced)) this.#latest = announced;
    return this.#latest;
  }
}

const areEqual = (one: PeerLimits, other: PeerLimits): boolean =>
  (Object.keys(one) as (keyof PeerLimits)[]).every((name) => one[name] === other[name]);

/**
 * Exhaustive cuts: the fixed script is played once for every byte of each direction after which its line can be cut, and
 * for every pair of message boundaries. A message that is cut in its middle is not delivered; a message carries one
 * frame here, so its boundaries are the frames'. All runs end in the same application state: what each caller has heard,
 * and how often each handler has started.
 */
import { type Cut, type Outcome, Play } from "./play.js";

/** Figures of runs that all ended alike. */
export interface CutFigures {
  /** Frames that are delivered to each end without a cut. */
  readonly framesToServer: number;
  readonly framesToClient: number;
  /** Runs with one cut, after so many bytes, and runs with two, at message boundaries. */
  readonly byteCuts: number;
  readonly pairCuts: number;
}

const directions = ["server", "client"] as const;

/**
 * Plays them all, or one of `every` byte positions and one of `every` pairs.
 *
 * @throws InvariantBroken if something does not hold, or if a run ends otherwise than the one without a cut.
 */
export function cutEverywhere({ every = 1 }: { readonly every?: number } = {}): CutFigures {
  const whole = new Play([]).run();
  const byteCuts = playAll(whole, thinned(byteCutsOf(whole), every));
  const pairCuts = playAll(whole, thinned(pairCutsOf(whole), every));
  return { framesToServer: whole.frames.server, framesToClient: whole.frames.client, byteCuts, pairCuts };
}

function* byteCutsOf({ bytes }: Outcome): Generator<Cut[]> {
  for (const to of directions) {
    for (let after = 0; after <= bytes[to]; after++) yield [{ to, after, unit: "bytes" }];
  }
}

/** The second is counted from the first; one that lies beyond the end of its run is not made. */
function* pairCutsOf({ messages }: Outcome): Generator<Cut[]> {
  for (const first of boundariesOf(messages)) for (const second of boundariesOf(messages)) yield [first, second];
}

function* boundariesOf(messages: Outcome["messages"]): Generator<Cut> {
  for (const to of directions) {
    for (let after = 0; after <= messages[to]; after++) yield { to, after, unit: "messages" };
  }
}

function* thinned(all: Iterable<Cut[]>, every: number): Generator<Cut[]> {
  let index = 0;
  for (const cuts of all) if (index++ % every === 0) yield cuts;
}

/** Returns how many runs there were in which every cut was made. */
function playAll(whole: Outcome, all: Iterable<readonly Cut[]>): number {
  let made = 0;
  for (const cuts of all) {
    const play = new Play(cuts);
    play.expect(whole.state);
    if (play.reached) made++;
  }
  return made;
}

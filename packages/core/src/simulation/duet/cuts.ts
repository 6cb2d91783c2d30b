/**
 * Exhaustive cuts: the fixed script is played for every byte of each direction after which its line can be cut, and for
 * every pair of message boundaries. A message that is cut in its middle is not delivered, wherever that is: so all bytes
 * within one message are one run, which is played once. A message carries one frame here, so its boundaries are the
 * frames'. All runs end in the same application state: what each caller has heard, and how often each handler has started.
 */
import type { Role } from "../wire-watch.js";
import { type Cut, type Outcome, Play } from "./play.js";

/** Figures of runs that all ended alike. */
export interface CutFigures {
  /** Frames that are delivered to each end without a cut. */
  readonly framesToServer: number;
  readonly framesToClient: number;
  /** Places of a single cut, counted in bytes, and pairs of cuts at message boundaries. */
  readonly byteCuts: number;
  readonly pairCuts: number;
  /** Runs that it took. */
  readonly plays: number;
}

const directions = ["server", "client"] as const;

/** Makes every cut after a byte, and one of `every` pairs. Throws InvariantBroken if one does not end as without a cut. */
export function cutEverywhere({ every = 1 }: { readonly every?: number } = {}): CutFigures {
  const whole = new Play([]).run();
  const bytes = cutAfterBytes(whole);
  const pairs = cutAtPairs(whole, every);
  return {
    framesToServer: whole.frames.server,
    framesToClient: whole.frames.client,
    byteCuts: bytes.places,
    pairCuts: pairs.made,
    plays: 1 + bytes.plays + pairs.plays,
  };
}

/** After the last byte of each message, and somewhere within it. */
function cutAfterBytes({ sizes, state }: Outcome): { readonly places: number; readonly plays: number } {
  let places = 0;
  let plays = 0;
  const cut = (to: Role, after: number, alike: number) => {
    if (alike === 0) return;
    plays++;
    if (endsAlike(state, { to, after, unit: "bytes" })) places += alike;
  };
  for (const to of directions) {
    let before = 0;
    for (const size of sizes[to]) {
      // Before anything else, nothing has been delivered either way.
      cut(to, before + 1, before === 0 ? size : size - 1);
      before += size;
      cut(to, before, 1);
    }
  }
  return { places, plays };
}

/** The second is counted from the first. Where one lies beyond the end of its run, later ones do too. */
function cutAtPairs({ messages, state }: Outcome, every: number): { readonly made: number; readonly plays: number } {
  let made = 0;
  let plays = 0;
  let index = 0;
  for (const first of boundariesOf(messages)) {
    for (const to of directions) {
      for (let after = 0; after <= messages[to]; after++) {
        if (index++ % every !== 0) continue;
        plays++;
        if (!endsAlike(state, first, { to, after, unit: "messages" })) break;
        made++;
      }
    }
  }
  return { made, plays };
}

function* boundariesOf(messages: Outcome["messages"]): Generator<Cut> {
  for (const to of directions) {
    for (let after = 0; after <= messages[to]; after++) yield { to, after, unit: "messages" };
  }
}

/** Plays it with these cuts. False: it came to its end before all of them were made. */
function endsAlike(state: string, ...cuts: readonly Cut[]): boolean {
  const play = new Play(cuts);
  play.expect(state);
  return play.reached;
}

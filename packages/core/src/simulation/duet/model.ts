/**
 * The model check: every state that a duet can come to within small bounds, breadth first, each reached by doing again
 * what led to it. All turns are watched, so every step holds the invariants; and where nothing but harm is left to be
 * done, all must have settled.
 */
import { InvariantBroken } from "../trace.js";
import { type Bounds, isHarm, type Move, Stage } from "./stage.js";

export interface ModelFigures {
  readonly states: number;
  /** Moves from one of them to another, and the most moves that it takes to reach one. */
  readonly moves: number;
  readonly depth: number;
}

/** A state, as the way to it: the last move, and the state before. */
interface State {
  readonly last: Move | undefined;
  readonly before: State | undefined;
  /** All that can be done in it. */
  readonly moves: readonly Move[];
}

/**
 * Visits them all.
 *
 * @throws InvariantBroken with the shortest way to what does not hold.
 */
export function checkModel(bounds: Bounds): ModelFigures {
  const first = new Stage(bounds);
  const known = new Set([first.snapshot()]);
  let moves = 0;
  let depth = -1;
  let frontier: State[] = [{ last: undefined, before: undefined, moves: first.moves() }];
  for (; frontier.length > 0; depth++) {
    const next: State[] = [];
    for (const state of frontier) {
      moves += state.moves.length;
      for (const move of state.moves) {
        const stage = walk(bounds, state, move);
        const { size } = known;
        if (known.add(stage.snapshot()).size > size) next.push({ last: move, before: state, moves: stage.moves() });
      }
    }
    frontier = next;
  }
  return { states: known.size, moves, depth };
}

/** Comes to a state anew, and does one thing more. */
function walk(bounds: Bounds, state: State, last: Move): Stage {
  const way = [last];
  for (let step = state; step.last !== undefined; step = step.before!) way.push(step.last);
  way.reverse();
  try {
    const stage = new Stage(bounds);
    for (const move of way) stage.do(move);
    if (stage.moves().every(({ type }) => isHarm(type))) stage.expectQuiet();
    return stage;
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error;
    const { invariant, seed, detail } = error;
    throw new InvariantBroken(
      invariant,
      seed,
      detail,
      way.map(({ type, index }) => `${type} ${index}`),
    );
  }
}

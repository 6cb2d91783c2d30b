/** A server's connections as its program sees them: they can be counted and looked through, and no more. */
import type { Connection } from "./define.js";
import type { Sessions } from "./sessions.js";

/** Connections, in the order they began. Those that end while one looks are left out. */
export interface Connections extends Iterable<Connection> {
  readonly size: number;
}

export function connectionsOf(sessions: Sessions): Connections {
  return Object.freeze<Connections>({
    get size() {
      return sessions.size;
    },
    [Symbol.iterator]: () => sessions[Symbol.iterator](),
  });
}

/** Ends a socket by RST, at once. */
import type { Socket } from "node:net";

/**
 * `resetAndDestroy` says FIN first, waits until all is written, and only then resets: the other end may see an orderly
 * end. Here nothing is said and nothing is waited for.
 */
export function reset(socket: Socket): void {
  socket.destroySoon = () => void socket.destroy();
  socket.resetAndDestroy();
}

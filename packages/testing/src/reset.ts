/** Ends a socket by RST, at once. */
import type { Socket } from "node:net";

/**
 * `resetAndDestroy` says FIN first, waits until all is written, and only then resets: the other end may see an orderly
 * end. Here nothing is said and nothing is waited for.
 */
export function reset(socket: Socket): void {
  // While a FIN is being written a socket cannot be reset: it would stay half destroyed, for good.
  if (socket.writableEnded && !socket.writableFinished) return void socket.destroy();
  socket.destroySoon = () => void socket.destroy();
  socket.resetAndDestroy();
}

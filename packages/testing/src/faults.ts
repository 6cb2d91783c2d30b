/** What can go wrong on a line, as data. */

/** `up`: from the client to the server. `down`: back. */
export type Direction = "up" | "down";

/** What is wrong with one direction of every line. What is left out works as it should. */
export interface Faults {
  /** Everything arrives so much later. */
  readonly latencyMs?: number;
  /** Up to so much later still, drawn anew for each piece; order is kept, as TCP keeps it. */
  readonly jitterMs?: number;
  /** The bandwidth. */
  readonly bytesPerSecond?: number;
  /** The largest piece that is passed on at once, one a millisecond; 1 takes every message apart. */
  readonly sliceBytes?: number;
  /** Nothing arrives, not even that the other end is gone, until the fault is taken away. Then all of it does. */
  readonly blackhole?: boolean;
  /** A line on which nothing has gone this way for so long is reset, as middleboxes do it. */
  readonly idleMs?: number;
  /** Each line ends so when exactly so many of its bytes have gone this way. */
  readonly endAfter?: { readonly bytes: number; readonly by: Ending | "half-close" };
}

/**
 * How a line ends. `reset`: RST to both ends. `end`: FIN to both ends, in the middle of whatever is said. `silence`:
 * nothing more arrives at either end, and neither is told. (`half-close`: FIN to the receiver only; it may go on
 * talking.)
 */
export type Ending = "reset" | "end" | "silence";

/**
 * What becomes of new connections. `relay`: they reach the server. `refuse`: nobody listens. `hang-up`: they are
 * accepted, then reset. `html`: they are answered with a web page, as captive portals and wrong proxies do it.
 */
export type Admission = "relay" | "refuse" | "hang-up" | "html";

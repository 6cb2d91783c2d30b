import type { CloseName } from "../protocol/close-codes.js";
import type { ViolationName } from "../protocol/violations.js";

/** What a peer's owner hears. None of these may throw. */
export interface PeerOwner {
  /** The transport is gone; the session goes on. `reason`: what the other end said, if it did. */
  detached(code: number, reason?: string): void;
  /** The other end broke the rules, or a bound: the session cannot go on. The transport is closed already. */
  broken(close: CloseName, violation: ViolationName): void;
  /** The other end wants us to come back on another transport, within this time. */
  goodbye?(spreadMs: number): void;
  /** The other end wants new credentials (at the client), or brings them (at the server). */
  renew?(auth: unknown): void;
  /** After a hand-over: nothing of ours is in flight here any more. */
  finished?(): void;
  /** What was kept with these tags is no longer true; `null`: all of it. */
  invalidated?(tags: readonly string[] | null): void;
  /** The transport has room again. */
  drained?(): void;
  /** Something has arrived that may tell of a change: an event, a call, the answer to what was no query. */
  news?(): void;
}

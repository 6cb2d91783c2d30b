/** How an iterable that a handler returns offers to feed the stream itself. */
import type { AnySchema } from "../contract/schema.js";
import type { SharedStream } from "./open-stream.js";

/**
 * The name of that offer. Not registered: where two copies of this module are loaded they do not share, and the stream
 * is pulled as any other.
 */
export const sharing: unique symbol = Symbol("sharing");

/** What the answer expects of the events. */
export interface SharingTerms {
  /** They are what this schema makes of them. */
  readonly schema: AnySchema | undefined;
  /** Arrays and objects nest no deeper. */
  readonly jsonDepth: number;
}

/** An iterable that may be shared, as long as nobody has begun to read it. */
export interface Shareable {
  /** Undefined: not on these terms. */
  [sharing](terms: SharingTerms): SharedStream | undefined;
}

export function isShareable(value: unknown): value is Shareable {
  return typeof value === "object" && value !== null && sharing in value;
}

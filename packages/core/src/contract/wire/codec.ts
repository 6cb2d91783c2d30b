/** What every compiled plan is: a way out and a way back. */
import type { BlobReader, BlobWriter } from "./blob.js";
import type { JsonKind } from "./plan.js";

/** One plan's two ways, and what tells its values from others. */
export interface Codec {
  /** In a word or two, for messages. */
  readonly name: string;
  /** What its JSON looks like; undefined where it may be any. */
  readonly looks: JsonKind | undefined;
  /** Whether a value is of the kind that this converts. */
  is(value: unknown): boolean;
  encode(value: unknown, blob: BlobWriter): unknown;
  decode(json: unknown, blob: BlobReader): unknown;
}

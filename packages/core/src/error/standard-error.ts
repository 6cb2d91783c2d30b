/** The errors any procedure may answer with, as their callers' types know them. */
import type { StandardCode } from "./codes.js";
import type { RpcError } from "./rpc-error.js";

/** One rule an input broke: what an `INVALID_ARGUMENT` error of the server carries. Never the value. */
export interface InputIssue {
  /** Where in the input, outermost first. */
  readonly path: readonly (string | number)[];
  /** Which rule: the validator's code, with the bound the schema sets, like `too_small (minimum 1)`. */
  readonly rule: string;
}

/** A failure with a canonical code. `INVALID_ARGUMENT` tells the broken rules, unless it comes from this end. */
export type StandardError =
  | RpcError<Exclude<StandardCode, "INVALID_ARGUMENT">, undefined>
  | RpcError<"INVALID_ARGUMENT", readonly InputIssue[] | undefined>;

/** What calls take whose values are no plain JSON. A contract with such procedures carries it. */
import { compilePlan } from "../contract/wire/compile.js";
import { Mismatch } from "../contract/wire/mismatch.js";
import { encodeWith } from "../runtime/conversion.js";
import { decoding } from "../runtime/decoding-sink.js";
import type { Conversions } from "./features.js";

export const conversions: Conversions = {
  compile: compilePlan,
  encode: encodeWith,
  decoding,
  misfitIn: (error) => (error instanceof Mismatch ? error : undefined),
};

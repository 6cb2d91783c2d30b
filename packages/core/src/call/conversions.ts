/** What calls take whose values are no plain JSON. A contract with such procedures carries it. */
import { describedPlans } from "../contract/wire/described-plans.js";
import { Mismatch } from "../contract/wire/mismatch.js";
import { wireOf } from "../contract/wire/procedure-wire.js";
import { encodeWith } from "../runtime/conversion.js";
import { decoding } from "../runtime/decoding-sink.js";
import type { Conversions } from "./features.js";

export const conversions: Conversions = {
  wireOf,
  plansOf: describedPlans,
  encode: encodeWith,
  decoding,
  misfitIn: (error) => (error instanceof Mismatch ? error : undefined),
};

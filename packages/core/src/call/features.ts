/**
 * What only some calls need: streams that their callers send, and values that are no plain JSON. Whatever makes calls
 * finds them in the contract, and names no more of them than this.
 */
import type { Procedure } from "../contract/procedure.js";
import type { Schema } from "../contract/schema.js";
import type { Codec } from "../contract/wire/codec.js";
import type { ProcedurePlans } from "../contract/wire/plan.js";
import type { ProcedureWire, ValuePlans } from "../contract/wire/procedure-wire.js";
import type { UpstreamsClass } from "../machine/outgoing-call.js";
import type { Encoded } from "../protocol/blob.js";
import type { Limits } from "../protocol/limits.js";
import type { Decoding } from "../runtime/decoding-sink.js";
import type { ItemSource, ItemSourceOptions } from "../runtime/item-source.js";

export interface Features {
  /** Of procedures that declare an upstream. */
  readonly upstreams?: Upstreams;
  /** Of procedures with values that JSON does not carry as they are. */
  readonly conversions?: Conversions;
}

export interface Upstreams {
  /** Stands in a stripped contract where a schema was, for those who ask whether there is one. */
  readonly schema: Schema;
  /** What keeps the upstreams of a conversation. */
  readonly Upstreams: UpstreamsClass;
  /** Where items come from. Throws for what nothing can be read from. */
  sourceOf(given: unknown, options: ItemSourceOptions): ItemSource;
}

export interface Conversions {
  /** How the values of a procedure travel. */
  wireOf(procedure: Procedure): ProcedureWire;
  /** The same of what was described of one in a stripped contract, before it is compiled. */
  plansOf(plans: ProcedurePlans): ValuePlans;
  /** Throws for what does not fit its plan. */
  encode(codec: Codec, value: unknown, limits: Limits): Encoded;
  /** What reads the answers. */
  readonly decoding: Decoding;
  /** Where in a value it does not fit its plan, and why; undefined for any other error. */
  misfitIn(error: unknown): { readonly path: readonly (string | number)[]; readonly message: string } | undefined;
}

/**
 * What the two ends see of a procedure. A schema has two sides: the caller passes an input schema's input and gets an
 * output schema's output; the handler sees the other two.
 */
import type { RpcError } from "../error/rpc-error.js";
import type { StandardError } from "../error/standard-error.js";
import type { Procedure } from "./procedure.js";
import type { SchemaInput, SchemaOutput, TypedSchema } from "./schema.js";

// Each type asks `extends { field: TypedSchema }` once and then indexes: `infer` would make the compiler walk the schema.

/** What the caller passes; `void` where nothing is declared, so that the argument may be left out. */
export type InferInput<P extends Procedure> = P["definition"] extends { readonly input: TypedSchema }
  ? SchemaInput<P["definition"]["input"]>
  : void;

/** What the caller gets from a query or a mutation; `void` where nothing is declared. */
export type InferOutput<P extends Procedure> = P["definition"] extends { readonly output: TypedSchema }
  ? SchemaOutput<P["definition"]["output"]>
  : void;

/** What the caller gets with each event of a subscription; `void` where nothing is declared. */
export type InferEvent<P extends Procedure> = P["definition"] extends { readonly event: TypedSchema }
  ? SchemaOutput<P["definition"]["event"]>
  : void;

/** What the caller sends as each item of the upstream; `never` where none is declared. */
export type InferUpstream<P extends Procedure> = P["definition"] extends { readonly upstream: TypedSchema }
  ? SchemaInput<P["definition"]["upstream"]>
  : never;

/** Every error a call may reject with. `error.code === "ROOM_FULL"` narrows `error.data` to what the contract says. */
export type InferErrors<P extends Procedure> =
  | StandardError
  | { [Code in ErrorCodes<P>]: RpcError<Code, SentData<P, Code>> }[ErrorCodes<P>];

/** The codes a procedure declares; `never` where it declares none. */
export type ErrorCodes<P extends Procedure> = P["definition"] extends { readonly errors: object }
  ? keyof P["definition"]["errors"] & string
  : never;

/** What the handler sees of the input; `undefined` where nothing is declared. */
export type HandlerInput<P extends Procedure> = P["definition"] extends { readonly input: TypedSchema }
  ? SchemaOutput<P["definition"]["input"]>
  : undefined;

/** What the handler of a query or a mutation returns; `void` where nothing is declared. */
export type HandlerOutput<P extends Procedure> = P["definition"] extends { readonly output: TypedSchema }
  ? SchemaInput<P["definition"]["output"]>
  : void;

/** What the handler of a subscription yields; `void` where nothing is declared. */
export type HandlerEvent<P extends Procedure> = P["definition"] extends { readonly event: TypedSchema }
  ? SchemaInput<P["definition"]["event"]>
  : void;

/** What the handler sees of each item of the upstream; `never` where none is declared. */
export type HandlerUpstream<P extends Procedure> = P["definition"] extends { readonly upstream: TypedSchema }
  ? SchemaOutput<P["definition"]["upstream"]>
  : never;

type SentData<P extends Procedure, Code extends string> = P["definition"] extends { readonly errors: object }
  ? P["definition"]["errors"][Code & keyof P["definition"]["errors"]] extends infer Declared extends TypedSchema
    ? SchemaOutput<Declared>
    : undefined
  : undefined;

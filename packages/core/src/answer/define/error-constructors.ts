/**
 * `errors.ROOM_FULL({ capacity: 50 })`: what a handler or a middleware throws to answer with an error it declares.
 */
import type { DeclaredErrors } from "../../contract/declared-errors.js";
import type { SchemaInput, TypedSchema } from "../../contract/schema.js";
import { RpcError } from "../../error/rpc-error.js";

/** Code → a function that makes the error. It takes the code's data, or nothing for a code without data. */
export type ErrorConstructors<Errors> = {
  readonly [Code in keyof Errors]: Errors[Code] extends TypedSchema
    ? (data: SchemaInput<Errors[Code]>) => RpcError<Code & string, SchemaInput<Errors[Code]>>
    : () => RpcError<Code & string, undefined>;
};

/** Makes the constructors once, for every call to share. The data is checked where the error leaves the server. */
export function errorConstructors(errors: DeclaredErrors = {}): ErrorConstructors<DeclaredErrors> {
  const made: Record<string, ErrorConstructor> = Object.create(null);
  for (const [code, schema] of Object.entries(errors)) {
    made[code] = schema === null ? () => new RpcError(code) : (data) => new RpcError(code, { data });
  }
  // With the codes unknown here, so is which of them take data: the mapped type says so call by call.
  return Object.freeze(made) as ErrorConstructors<DeclaredErrors>;
}

type ErrorConstructor = (data?: unknown) => RpcError;

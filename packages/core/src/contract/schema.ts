/**
 * What a contract asks of a schema: the public Standard Schema shape, version 1, declared here so that core depends on
 * no validator. Zod, Valibot, ArkType and others offer it.
 *
 * @see https://standardschema.dev
 */

/** Any validator that speaks Standard Schema. `Input` is what goes in, `Output` what validation makes of it. */
export interface Schema<Input = unknown, Output = Input> {
  readonly "~standard": SchemaProps<Input, Output>;
}

/**
 * What stands in a contract where a schema is declared. The compiler looks into one only where its types are asked for:
 * to look into all of them is most of what a large contract would cost.
 */
export interface AnySchema {
  readonly "~standard": unknown;
}

/** As much of a schema as carries its types. */
export interface TypedSchema {
  readonly "~standard": {
    readonly types?: { readonly input: unknown; readonly output: unknown } | undefined;
  };
}

/** What a schema says of itself under `~standard`. */
interface SchemaProps<Input = unknown, Output = Input> {
  readonly version: 1;
  readonly vendor: string;
  readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  /** Never present at run time: it carries the types. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/** What validation gives: a value, or the issues that stand against it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One reason why a value is refused. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

// Indexed access, not `infer`: TypeScript then looks at two properties of a schema and leaves its other 60 alone.

/** What a schema accepts. */
export type SchemaInput<S extends TypedSchema> = NonNullable<S["~standard"]["types"]>["input"];

/** What a schema gives once the value has passed. */
export type SchemaOutput<S extends TypedSchema> = NonNullable<S["~standard"]["types"]>["output"];

/** Whether a value offers the Standard Schema shape. It does not read the property: vendors build it on first use. */
export function isSchema(value: unknown): value is Schema {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && "~standard" in value;
}

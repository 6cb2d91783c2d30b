import { expectTypeOf } from "vitest";
import { z } from "zod";
import type { StandardCode } from "../error/codes.js";
import type { RpcError } from "../error/rpc-error.js";
import type { InputIssue, StandardError } from "../error/standard-error.js";
import type {
  HandlerEvent,
  HandlerInput,
  HandlerOutput,
  HandlerUpstream,
  InferErrors,
  InferEvent,
  InferInput,
  InferOutput,
  InferUpstream,
} from "./infer.js";
import { mutation, query, subscription } from "./procedure.js";
import type { Schema } from "./schema.js";

// A schema with two sides: text goes in, a number comes out.
const Count = z.string().transform(Number);

const count = mutation({ input: Count, output: Count, errors: { FULL: z.object({ capacity: Count }), GONE: null } });
const counts = subscription({ input: z.object({ from: z.number().optional() }), event: Count });
const upload = mutation({ upstream: Count });
const ping = query({});

// The caller passes an input's input and gets an output's output; the handler sees the other sides.
expectTypeOf<InferInput<typeof count>>().toEqualTypeOf<string>();
expectTypeOf<HandlerInput<typeof count>>().toEqualTypeOf<number>();
expectTypeOf<HandlerOutput<typeof count>>().toEqualTypeOf<string>();
expectTypeOf<InferOutput<typeof count>>().toEqualTypeOf<number>();
expectTypeOf<HandlerEvent<typeof counts>>().toEqualTypeOf<string>();
expectTypeOf<InferEvent<typeof counts>>().toEqualTypeOf<number>();
expectTypeOf<InferUpstream<typeof upload>>().toEqualTypeOf<string>();
expectTypeOf<HandlerUpstream<typeof upload>>().toEqualTypeOf<number>();
expectTypeOf<InferInput<typeof counts>>().toEqualTypeOf<{ from?: number | undefined }>();

// What is not declared is nothing.
expectTypeOf<InferInput<typeof ping>>().toEqualTypeOf<void>();
expectTypeOf<InferOutput<typeof ping>>().toEqualTypeOf<void>();
expectTypeOf<InferEvent<typeof ping>>().toEqualTypeOf<void>();
expectTypeOf<HandlerInput<typeof ping>>().toEqualTypeOf<undefined>();
expectTypeOf<HandlerOutput<typeof ping>>().toEqualTypeOf<void>();
expectTypeOf<InferUpstream<typeof ping>>().toEqualTypeOf<never>();
expectTypeOf<HandlerUpstream<typeof ping>>().toEqualTypeOf<never>();
expectTypeOf<InferErrors<typeof ping>>().toEqualTypeOf<StandardError>();

// A declared error carries what the caller's side of its schema says; the code tells them apart.
expectTypeOf<InferErrors<typeof count>>().toEqualTypeOf<
  StandardError | RpcError<"FULL", { capacity: number }> | RpcError<"GONE", undefined>
>();
declare const error: InferErrors<typeof count>;
if (error.code === "FULL") expectTypeOf(error.data.capacity).toEqualTypeOf<number>();
else if (error.code === "GONE") expectTypeOf(error.data).toEqualTypeOf<undefined>();
else if (error.code === "INVALID_ARGUMENT") expectTypeOf(error.data).toEqualTypeOf<readonly InputIssue[] | undefined>();
else expectTypeOf(error.code).toEqualTypeOf<Exclude<StandardCode, "INVALID_ARGUMENT">>();
// @ts-expect-error only the codes that are declared, and the standard ones, can be met
error.code === "NOPE";

// Any validator will do.
declare const own: Schema<string, number>;
const owned = query({ input: own, output: own });
expectTypeOf<InferInput<typeof owned>>().toEqualTypeOf<string>();
expectTypeOf<InferOutput<typeof owned>>().toEqualTypeOf<number>();

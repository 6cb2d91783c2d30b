/** `safe` knows what a call may fail with, and narrows it by code. */
import { defineContract, mutation, type RpcError, type StandardCode } from "@trunkline/core";
import { safe } from "@trunkline/core/internal";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import { createClient } from "./create-client.js";

const contract = defineContract({
  send: mutation({
    input: z.string(),
    output: z.object({ id: z.number() }),
    errors: { ROOM_FULL: z.object({ capacity: z.number() }), GONE: null },
  }),
});
const client = createClient(contract, { url: "wss://example.com" });

const result = await safe(client.send("text"));
if (result.ok) {
  expectTypeOf(result.data).toEqualTypeOf<{ id: number }>();
  // @ts-expect-error a result has no error
  result.error;
} else {
  const { error } = result;
  // @ts-expect-error a failure has no data
  result.data;
  expectTypeOf(error.outcome).toEqualTypeOf<"answered" | "not-sent" | "unknown">();
  // @ts-expect-error before the code is known, so is nothing of the data
  error.data.capacity;
  if (error.code === "ROOM_FULL") expectTypeOf(error.data).toEqualTypeOf<{ capacity: number }>();
  else if (error.code === "GONE") expectTypeOf(error.data).toEqualTypeOf<undefined>();
  else expectTypeOf(error.code).toEqualTypeOf<StandardCode>();
  // @ts-expect-error a code that nobody declares cannot be met
  error.code === "ROOM_EMPTY";
}

// Any promise will do; what it rejects with is then any RpcError.
const plain = await safe(Promise.resolve(1));
if (plain.ok) expectTypeOf(plain.data).toEqualTypeOf<number>();
else expectTypeOf(plain.error).toEqualTypeOf<RpcError>();

import { expectTypeOf } from "vitest";
import { z } from "zod";
import { defineContract } from "../call/define-contract.js";
import type { InferInput, InferOutput } from "./infer.js";
import { mutation, query, subscription } from "./procedure.js";

query({ input: z.string(), output: z.number(), errors: { FULL: z.number(), GONE: null }, timeoutMs: 5, summary: "s" });
mutation({ output: z.number(), idempotent: true, meta: { role: "admin" }, deprecated: "use another" });
subscription({ event: z.string() });
subscription({ event: z.object({ userId: z.string(), typing: z.boolean() }), slow: { latest: "userId" } });
subscription({ event: z.array(z.string()), slow: "latest" });
subscription({ event: z.string(), slow: { dropOldest: 100 } });

query({ cache: { maxAgeMs: 1_000 } });
query({ output: z.string(), cache: { maxAgeMs: 1_000, tags: ["rooms"] } });
query({
  input: z.object({ room: z.string(), at: z.string().transform(Number) }),
  cache: { maxAgeMs: 1_000, tags: (input) => [input.room, input.at.toUpperCase()] },
});
const { rooms } = defineContract({
  rooms: {
    topic: query({
      input: z.object({ room: z.string() }),
      output: z.number(),
      cache: { maxAgeMs: 1_000, tags: ({ room }) => [room] },
    }),
  },
});
expectTypeOf<InferInput<typeof rooms.topic>>().toEqualTypeOf<{ room: string }>();
expectTypeOf<InferOutput<typeof rooms.topic>>().toEqualTypeOf<number>();

// @ts-expect-error tags are made of what the caller passes
query({ input: z.object({ room: z.string() }), cache: { maxAgeMs: 1_000, tags: (input) => [input.rom] } });
// @ts-expect-error tags are strings
query({ input: z.object({ room: z.number() }), cache: { maxAgeMs: 1_000, tags: (input) => [input.room] } });
// @ts-expect-error what is cached becomes old
query({ cache: { tags: ["rooms"] } });
// @ts-expect-error a mutation is never cached
mutation({ cache: { maxAgeMs: 1_000 } });
// @ts-expect-error a misspelt field is not taken along
query({ input: z.string(), ouput: z.number() });
// @ts-expect-error a query has no events
query({ event: z.string() });
// @ts-expect-error a query is repeatable anyway
query({ input: z.string(), idempotent: true });
// @ts-expect-error a subscription has events, not an output
subscription({ output: z.string() });
// @ts-expect-error an input is a schema
query({ input: "string" });
// @ts-expect-error a code carries a schema's data, or null for none
mutation({ errors: { FULL: "capacity" } });
// @ts-expect-error the key of the latest events is a property of the event
subscription({ event: z.object({ userId: z.string() }), slow: { latest: "user" } });
// @ts-expect-error an event that is not declared has no properties
subscription({ slow: { latest: "userId" } });
// @ts-expect-error there is no such way with slow readers
subscription({ event: z.string(), slow: "drop" });

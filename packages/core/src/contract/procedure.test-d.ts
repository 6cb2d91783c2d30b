import { z } from "zod";
import { mutation, query, subscription } from "./procedure.js";

query({ input: z.string(), output: z.number(), errors: { FULL: z.number(), GONE: null }, timeoutMs: 5, summary: "s" });
mutation({ output: z.number(), idempotent: true, meta: { role: "admin" }, deprecated: "use another" });
subscription({ event: z.string() });
subscription({ event: z.object({ userId: z.string(), typing: z.boolean() }), slow: { latest: "userId" } });
subscription({ event: z.array(z.string()), slow: "latest" });
subscription({ event: z.string(), slow: { dropOldest: 100 } });

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

/** A contract of every kind of call there is, and the one that the client in Python serves (python/contract.py). */
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

const bytes = z.instanceof(Uint8Array);
const rich = z.object({
  at: z.date(),
  total: z.bigint(),
  raw: z.array(bytes),
  names: z.map(z.string(), z.date()),
  tags: z.set(z.bigint()),
  either: z.array(z.union([z.string(), z.date(), z.undefined()])),
  note: z.string().optional(),
});

export const contract = defineContract({
  echo: query({ input: z.json(), output: z.json() }),
  values: query({ input: rich, output: rich }),
  bytes: query({ input: bytes, output: bytes }),
  whoami: query({ output: z.string() }),
  trace: query({ output: z.json() }),
  /** Counts how often it was started with this token; holds until `release <token>` if asked to. */
  work: mutation({
    input: z.object({ token: z.string(), hold: z.boolean().default(false) }),
    output: z.int(),
    errors: { TAKEN: z.object({ token: z.string() }) },
  }),
  look: query({ input: z.object({ token: z.string(), hold: z.boolean().default(false) }), output: z.int() }),
  starts: query({ output: z.record(z.string(), z.int()) }),
  broken: mutation({ output: z.string() }),
  /** What clients and handlers wait for has a name. */
  reach: mutation({ input: z.string(), idempotent: true }),
  reached: query({ input: z.string() }),
  count: subscription({ input: z.object({ to: z.int() }), event: z.int(), errors: { ODD: z.object({ at: z.int() }) } }),
  anonymous: subscription({ input: z.object({ to: z.int() }), event: z.int() }),
  news: subscription({ input: z.string(), event: z.object({ text: z.string() }) }),
  publish: mutation({ input: z.object({ topic: z.string(), text: z.string() }), output: z.string() }),
  upload: mutation({ upstream: bytes, output: z.object({ size: z.int(), hash: z.string() }) }),
  first: mutation({ input: z.int(), upstream: z.string(), output: z.array(z.string()) }),
  channel: subscription({ upstream: z.string(), event: z.string() }),
  ask: mutation({ input: z.string(), output: z.json() }),
  invalidate: mutation({ input: z.array(z.string()) }),
  /** The server ends the session of whoever calls. */
  forget: mutation({}),
  drain: mutation({}),
});

/** What the client in Python serves. */
export const person = defineContract({
  confirm: mutation({ input: z.string(), output: z.boolean(), errors: { BUSY: z.object({ with: z.string() }) } }),
  mirror: query({ input: bytes, output: bytes }),
  keys: subscription({ input: z.int(), event: z.int() }),
  never: query({ output: z.string() }),
  missing: query({ output: z.string() }),
});

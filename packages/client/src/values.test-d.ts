import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import { createClient, safe } from "./index.js";

const Bytes = z.instanceof(Uint8Array);
type Bytes = z.infer<typeof Bytes>;

const contract = defineContract({
  after: query({ input: z.object({ since: z.date() }), output: z.array(z.date()) }),
  hash: query({ input: Bytes, output: Bytes, errors: { EXPIRED: z.object({ at: z.date(), proof: Bytes }) } }),
  upload: mutation({ upstream: z.object({ at: z.date(), part: Bytes }), output: z.bigint() }),
  parts: subscription({ event: z.object({ at: z.date(), part: Bytes }) }),
});
const client = createClient(contract, { url: "ws://127.0.0.1" });
const at = new Date();
const part = new Uint8Array(1);

// A date is a Date, and bytes are a Uint8Array, on their way out and on their way back.
expectTypeOf(await client.after({ since: at })).toEqualTypeOf<Date[]>();
expectTypeOf(await client.hash(part)).toEqualTypeOf<Bytes>();
expectTypeOf(await client.upload(undefined, { upstream: [{ at, part }] })).toEqualTypeOf<bigint>();
for await (const event of client.parts()) expectTypeOf(event).toEqualTypeOf<{ at: Date; part: Bytes }>();

const hashed = await safe(client.hash(part));
if (!hashed.ok && hashed.error.code === "EXPIRED") {
  expectTypeOf(hashed.error.data).toEqualTypeOf<{ at: Date; proof: Bytes }>();
}

// @ts-expect-error the text of a date is no date
void client.after({ since: at.toISOString() });
// @ts-expect-error bytes are not written as text
void client.hash("AQ==");
// @ts-expect-error nor as a list of numbers
void client.hash([1]);
// @ts-expect-error an item of an upstream is what its schema takes
void client.upload(undefined, { upstream: [{ at: at.getTime(), part }] });

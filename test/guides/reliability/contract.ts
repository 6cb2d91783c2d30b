import { defineContract, mutation, subscription } from "@trunkline/core";
import { z } from "zod";

export const shop = defineContract({
  // A plain mutation: it runs at most once, and where nobody can know, its caller is told.
  order: mutation({
    input: z.object({ item: z.string() }),
    output: z.string(),
    errors: { SOLD_OUT: z.object({ days: z.int() }) },
  }),
  // May run twice without harm, and so it is sent again when a session is lost.
  setAddress: mutation({ input: z.object({ address: z.string() }), idempotent: true }),
  prices: subscription({ event: z.int() }),
});

/** Two contracts: what a page asks of the server, and what the server asks of a page. */
import { defineContract, mutation, query } from "@trunkline/core";
import { z } from "zod";

/** Served by the server. */
export const drawer = defineContract({
  list: query({ output: z.array(z.string()) }),
  remove: mutation({
    input: z.object({ name: z.string() }),
    output: z.object({ removed: z.boolean() }),
    // As long as a person may take to make up their mind.
    timeoutMs: 120_000,
  }),
});

/** Served by the page. */
export const person = defineContract({
  confirm: mutation({ input: z.object({ question: z.string() }), output: z.boolean(), timeoutMs: 60_000 }),
});

// What can be said. Both ends import this file, and nothing of each other.
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

const Guest = z.object({ number: z.int(), name: z.string().min(1) });
export type Guest = z.infer<typeof Guest>;

export const guestbook = defineContract({
  greet: query({ input: z.object({ name: z.string() }), output: z.string() }),
  sign: mutation({
    input: z.object({ name: z.string().min(1) }),
    output: Guest,
    errors: { ALREADY_SIGNED: z.object({ number: z.int() }) },
  }),
  guests: subscription({ event: Guest }),
});

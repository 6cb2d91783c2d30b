import { defineContract, mutation } from "@trunkline/core";
import { z } from "zod";

export const theatre = defineContract({
  reserve: mutation({
    input: z.object({ name: z.string().min(1), seats: z.int().min(1).max(8) }),
    output: z.object({ id: z.string() }),
    errors: { SOLD_OUT: z.object({ left: z.int() }), CLOSED: null },
  }),
});

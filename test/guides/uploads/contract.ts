import { defineContract, mutation } from "@trunkline/core";
import { z } from "zod";

export const files = defineContract({
  upload: mutation({
    input: z.object({ name: z.string() }),
    upstream: z.instanceof(Uint8Array),
    output: z.object({ sha256: z.string() }),
  }),
});

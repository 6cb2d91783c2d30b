import { defineContract, mutation, query } from "@trunkline/core";
import { z } from "zod";

export const desk = defineContract({
  where: query({ output: z.string() }),
  settle: mutation({ input: z.object({ ms: z.int() }), output: z.string() }),
});

import { defineContract, query, subscription } from "@trunkline/core";
import { z } from "zod";

export const account = defineContract({
  motto: query({ output: z.string() }),
  me: query({ output: z.string() }),
  news: subscription({ event: z.string() }),
});

// A channel: lines go up for as long as there are any, and what is known of them comes down.
import { defineContract, subscription } from "@trunkline/core";
import { z } from "zod";

export const words = defineContract({
  count: subscription({ upstream: z.string(), event: z.array(z.tuple([z.string(), z.int()])) }),
});

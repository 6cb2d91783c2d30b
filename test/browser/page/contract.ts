/** What the page of these tests can ask for. */
import { defineContract, mutation, query } from "@trunkline/core";
import { z } from "zod";

export const contract = defineContract({
  /** Which session this is, by the server's count. */
  session: query({ output: z.string() }),
  /** Answers when the test releases it. */
  hold: mutation({ input: z.string(), output: z.string() }),
});

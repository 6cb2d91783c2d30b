/** What the victim serves: one procedure for each way in which a handler can be leant on. */
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

export const contract = defineContract({
  echo: query({ input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) }),
  /** So many letters. */
  big: query({ input: z.object({ size: z.number() }), output: z.string() }),
  /** Does not settle, and does not look at its signal. */
  never: query({ output: z.string() }),
  /** Settles 20 ms after it was called, whatever its signal says. */
  soon: mutation({ output: z.string() }),
  /** Throws what must not leave. */
  boom: query({ output: z.string() }),
  /** Takes anything. */
  anything: query({ input: z.unknown(), output: z.boolean() }),
  /** Numbers for ever, without ever waiting. */
  hot: subscription({ input: z.object({ size: z.number() }), event: z.string() }),
  /** Nothing, until it is aborted. */
  quiet: subscription({ event: z.number() }),
  /** One event; throws when it is closed. */
  spiteful: subscription({ event: z.number() }),
});

/** What the clients of these runs say, over real sockets. */
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

/** `token` names one call among all of a run, so that the server can tell a call that came twice. */
const Task = z.object({ token: z.string(), takesMs: z.int() });

export const contract = defineContract({
  look: query({ input: Task, output: z.string() }),
  spend: mutation({ input: Task, output: z.string() }),
  put: mutation({ input: Task, output: z.string(), idempotent: true }),
  /** Computes for so long, and does nothing else meanwhile. */
  compute: mutation({ input: Task, output: z.string() }),
  /** Has one of a few places for so long, when its turn has come. */
  borrow: mutation({ input: Task, output: z.string() }),
  /** 1 to `to`, each with its number as id; continues after `lastEventId`. */
  numbered: subscription({ input: z.object({ to: z.int() }), event: z.int() }),
  /** The same without ids: only the session can continue it. */
  bare: subscription({ input: z.object({ to: z.int() }), event: z.int() }),
  /** One every so often, with the moment in which it was made, in milliseconds since the epoch. */
  paced: subscription({ input: z.object({ everyMs: z.int() }), event: z.object({ at: z.number(), text: z.string() }) }),
  /** The server's resident memory, in bytes. */
  memory: query({ output: z.number() }),
});

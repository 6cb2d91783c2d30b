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
  /** A topic: events with their number, and the moment in which each was made, in milliseconds since the epoch. */
  feed: subscription({ event: z.object({ number: z.int(), at: z.number(), text: z.string() }) }),
  /** So many events a second come from now on. */
  flow: mutation({ input: z.object({ perSecond: z.int() }) }),
  /** How many have asked for the feed. */
  readers: query({ output: z.int() }),
  /** The server's resident memory, in bytes. */
  memory: query({ output: z.number() }),
});

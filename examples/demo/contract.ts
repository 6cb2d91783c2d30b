/** The chat room. `takesMs` makes a handler slow, so that there is something to cut. */
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

const Message = z.object({ number: z.int(), author: z.string(), text: z.string() });
export type Message = z.infer<typeof Message>;

/** What a client says of itself when it connects. */
export const Credentials = z.object({ name: z.string().min(1) });

export const LONGEST_TEXT = 40;

export const chat = defineContract({
  history: query({ output: z.array(Message) }),
  square: query({ input: z.object({ number: z.int(), takesMs: z.int() }), output: z.int() }),
  say: mutation({
    input: z.object({ text: z.string().min(1), takesMs: z.int().default(0) }),
    output: Message,
    errors: { TOO_LONG: z.object({ limit: z.int() }) },
  }),
  messages: subscription({ event: Message }),
  /** 1, 2, 3 and so on, fast, until the server stops it. */
  ticks: subscription({ event: z.int() }),
});

import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

const inRoom = z.object({ room: z.string().max(40) });
const Message = z.object({ author: z.string(), text: z.string() });

export const chat = defineContract({
  history: query({ input: inRoom, output: z.object({ messages: z.array(Message), cursor: z.string() }) }),
  send: mutation({ input: inRoom.extend(Message.shape), output: z.object({ id: z.string() }) }),
  // Every message counts: whoever falls behind what is kept is told of a gap.
  messages: subscription({ input: inRoom, event: Message }),
  // Only the latest word of each person counts: whoever is behind, or new, gets the state.
  typing: subscription({
    input: inRoom,
    event: z.object({ person: z.string(), typing: z.boolean() }),
    slow: { latest: "person" },
  }),
  setTyping: mutation({ input: inRoom.extend({ person: z.string(), typing: z.boolean() }), idempotent: true }),
});

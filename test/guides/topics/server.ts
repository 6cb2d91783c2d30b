import { implement, topics } from "@trunkline/server";
import { chat } from "./contract.js";

/** A router with rooms of its own: what was said in another process is not known here. */
export function openChat() {
  const messages = topics(chat.messages, { keep: { events: 1_000, ageMs: 24 * 60 * 60 * 1_000 } });
  const typing = topics(chat.typing);

  return implement(chat).router({
    history: async ({ input }) => {
      const { events, cursor } = await messages(input.room).snapshot({ last: 50 });
      return { messages: events.map(({ data }) => data), cursor };
    },
    send: async ({ input: { room, ...message } }) => ({ id: await messages(room).publish(message) }),
    messages: ({ input, lastEventId }) => messages(input.room).subscribe({ after: lastEventId }),
    typing: ({ input, lastEventId }) => typing(input.room).subscribe({ after: lastEventId }),
    setTyping: async ({ input: { room, ...state } }) => void (await typing(room).publish(state)),
  });
}

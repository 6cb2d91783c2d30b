/** A handler for each procedure of the contract. */
import { RpcError } from "@trunkline/core";
import { implement } from "@trunkline/server";
import { chat } from "../contract.js";
import type { House } from "./house.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** What the server knows of a connection. */
export interface ChatContext {
  readonly house: House;
  readonly user: User | undefined;
}

const app = implement(chat).context<ChatContext>();

const signedIn = app.middleware(({ context: { user }, next, fail }) =>
  user === undefined ? fail("UNAUTHENTICATED", "a name is needed for this") : next({ user }),
);

export const router = app.router({
  rooms: {
    list: ({ context }) => context.house.rooms,
    history: ({ context, input }) => roomOf(context, input).log.page(input.before),
    send: signedIn(({ context, input, errors }) => {
      const [room, author] = [roomOf(context, input), context.user.name];
      room.setTyping(author, false);
      const known = room.log.find(author, input.key);
      if (known !== undefined) return known;
      if (!room.admits(author)) throw errors.ROOM_FULL({ capacity: room.facts.capacity });
      const retryAfterMs = context.house.pace(author).take();
      if (retryAfterMs > 0) throw errors.TOO_FAST({ retryAfterMs });
      return room.say({ author, key: input.key, text: input.text });
    }),
    messages: signedIn(async function* ({ context, input, errors, lastEventId, signal }) {
      const room = roomOf(context, input);
      if (!room.admits(context.user.name)) throw errors.ROOM_FULL({ capacity: room.facts.capacity });
      const rise = room.enter(context.user.name);
      try {
        yield* room.log.follow(lastEventId, signal);
      } finally {
        rise();
      }
    }),
    typing: ({ context, input, signal }) => roomOf(context, input).typing(signal),
    setTyping: signedIn(({ context, input }) => {
      const room = roomOf(context, input);
      if (room.admits(context.user.name)) room.setTyping(context.user.name, input.typing);
    }),
  },
  people: ({ context, signal }) => context.house.people(signal),
});

function roomOf({ house }: ChatContext, { room: id }: { readonly room: string }): Room {
  const room = house.room(id);
  if (room === undefined) throw new RpcError("NOT_FOUND", { message: "there is no such room" });
  return room;
}

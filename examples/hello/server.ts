import { EventEmitter, once } from "node:events";
import { event, implement, serve } from "@trunkline/server";
import { type Guest, guestbook } from "./contract.js";

const book: Guest[] = [];
const pen = new EventEmitter().setMaxListeners(0); // one listener for each reader

const router = implement(guestbook).router({
  greet: ({ input }) => `Hello, ${input.name}!`,
  sign: ({ input, errors }) => {
    const earlier = book.find((guest) => guest.name === input.name);
    if (earlier) throw errors.ALREADY_SIGNED({ number: earlier.number });
    const guest = { number: book.length + 1, name: input.name };
    book.push(guest);
    pen.emit("signed");
    return guest;
  },
  guests: async function* ({ lastEventId, signal }) {
    let read = Number(lastEventId ?? 0);
    while (true) {
      const guest = book[read];
      if (guest) yield event(guest, { id: String(++read) });
      else await once(pen, "signed", { signal });
    }
  },
});

const server = await serve(router, { port: Number(process.env.PORT ?? 3000) });
process.once("SIGTERM", () => void server.drain());
console.log(`listening on ${server.url}`);

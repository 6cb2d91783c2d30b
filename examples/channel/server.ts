import { implement, serve } from "@trunkline/server";
import { words } from "./contract.js";

const router = implement(words).router({
  // One handler reads and writes: it takes a line, and says which words are the most frequent so far.
  count: async function* ({ upstream }) {
    const seen = new Map<string, number>();
    for await (const line of upstream) {
      for (const word of line.toLowerCase().match(/\p{L}+/gu) ?? []) seen.set(word, (seen.get(word) ?? 0) + 1);
      yield [...seen].sort(([, a], [, b]) => b - a).slice(0, 3);
    }
  },
});

const server = await serve(router, { port: Number(process.env.PORT ?? 3000) });
process.once("SIGTERM", () => void server.drain());
console.log(`listening on ${server.url}`);

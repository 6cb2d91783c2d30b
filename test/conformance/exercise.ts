/** A server for the client in Python: handlers of every kind that count what they do and wait where they are told. */
import { createHash } from "node:crypto";
import { type Limits, RpcError } from "@trunkline/core";
import { event, gap, implement, type ListeningServer, safe, serve, topics } from "@trunkline/server";
import { contract, person } from "./contract.js";
import type { Ledger } from "./ledger.js";

function routerFor(ledger: Ledger, drain: () => void) {
  const news = topics(contract.news, { keep: { events: 50 } });
  const app = implement(contract).context<{ user: string }>();

  async function work(input: { token: string; hold: boolean }, signal: AbortSignal): Promise<number> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    void aborted.then(() => ledger.reach(`aborted ${input.token}`));
    const count = ledger.start(input.token);
    if (input.hold) await Promise.race([ledger.reached(`release ${input.token}`), aborted]);
    return count;
  }

  return app.router({
    echo: ({ input }) => input,
    values: ({ input }) => input,
    bytes: ({ input }) => input,
    whoami: ({ context }) => context.user,
    trace: ({ meta }) => JSON.parse(JSON.stringify(meta ?? null)),
    work: ({ input, signal, errors }) => {
      if (input.token === "taken") throw errors.TAKEN({ token: input.token });
      return work(input, signal);
    },
    look: ({ input, signal }) => work(input, signal),
    starts: () => Object.fromEntries(ledger.starts),
    broken: () => {
      throw new Error("a secret of the server");
    },
    reach: ({ input }) => ledger.reach(input),
    reached: ({ input }) => ledger.reached(input),
    count: async function* ({ input, lastEventId, errors }) {
      try {
        const from = Number(lastEventId ?? 0);
        if (from > input.to) yield gap({ reason: "the count begins anew" });
        for (let at = from > input.to ? 1 : from + 1; at <= input.to; at++) {
          ledger.count(input.to);
          yield event(at, { id: String(at) });
        }
        if (input.to % 2 === 1) throw errors.ODD({ at: input.to });
      } finally {
        ledger.reach(`count to ${input.to} is over`);
      }
    },
    anonymous: async function* ({ input, signal }) {
      for (let at = 1; at <= input.to; at++) yield at;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    news: ({ input, lastEventId }) => news(input).subscribe({ after: lastEventId }),
    publish: ({ input: { topic, text } }) => news(topic).publish({ text }),
    upload: async ({ upstream, signal }) => {
      signal.addEventListener("abort", () => ledger.reach(`upload aborted: ${(signal.reason as RpcError).code}`));
      const hash = createHash("sha256");
      let size = 0;
      for await (const chunk of upstream) {
        size += chunk.length;
        hash.update(chunk);
        ledger.reach(`uploaded ${size}`);
      }
      return { size, hash: hash.digest("hex") };
    },
    first: async ({ input, upstream }) => {
      const items: string[] = [];
      for await (const item of upstream) if (items.push(item) === input) break;
      return items;
    },
    channel: async function* ({ upstream }) {
      for await (const word of upstream) yield word.toUpperCase();
    },
    ask: async ({ input, connection, signal }) => {
      const client = connection.client(person);
      if (input === "mirror") return (await client.mirror(new Uint8Array(200_000).fill(7))).length;
      if (input === "never") {
        const never = new AbortController();
        const answer = safe(client.never(undefined, { signal: never.signal }));
        await ledger.reached("asked never");
        never.abort();
        const result = await answer;
        return result.ok ? null : { code: result.error.code, outcome: result.error.outcome };
      }
      if (input === "keys") {
        const keys: number[] = [];
        for await (const key of client.keys(200)) keys.push(key);
        return keys;
      }
      if (input === "missing") {
        const result = await safe(client.missing());
        return result.ok ? null : { code: result.error.code, outcome: result.error.outcome };
      }
      const answer = await safe(client.confirm(input, { signal }));
      if (answer.ok) return answer.data;
      return { code: answer.error.code, data: answer.error.code === "BUSY" ? answer.error.data : null };
    },
    invalidate: ({ input, connection }) => connection.invalidate(input),
    forget: ({ connection }) => connection.close(),
    drain: () => drain(),
  });
}

/** A server on a port of its own. Its clients name themselves in `auth`; `nobody` is not let in. */
export async function openServer(ledger: Ledger, limits: Partial<Limits>): Promise<ListeningServer> {
  const server: ListeningServer = await serve(
    routerFor(ledger, () => void server.drain({ spreadMs: 20 })),
    {
      limits: { messageBytes: 2_097_152, reconnectSpreadMs: 5, ...limits },
      context: ({ auth }) => {
        ledger.transports++;
        const user = String(auth);
        if (user === "nobody") throw new RpcError("UNAUTHENTICATED");
        return { user };
      },
      identity: ({ user }) => user,
      onConnect: () => void ledger.sessions++,
      onError: ({ error }) => void ledger.failures.push(String(error)),
    },
  );
  return server;
}

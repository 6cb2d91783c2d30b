/** tRPC over its WebSocket link, where no procedure may be named `call`. Events are validated in the procedure: the router itself has no schema for them. */
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocket } from "ws";
import { Feed } from "../process/feed.js";
import { addressOf, listen } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

const t = initTRPC.create();
const feed = new Feed();

const routes = {
  score: t.procedure
    .input(Sample)
    .output(Reply)
    .query(({ input }) => replyTo(input)),
  echo: t.procedure
    .input(Text)
    .output(Text)
    .mutation(({ input }) => input),
  fetch: t.procedure
    .input(Count)
    .output(Text)
    .query(({ input }) => ({ text: textOf(input.count) })),
  stream: t.procedure.input(Count).subscription(async function* ({ input }) {
    for await (const reply of replies(input.count)) yield Reply.parse(reply);
  }),
  feed: t.procedure.subscription(async function* () {
    for await (const event of feed.read()) yield Reply.parse(event);
  }),
};
export const router = t.router(routes);

const others = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `other${n}`,
      t.procedure
        .input(Sample.clone())
        .output(Reply.clone())
        .query(({ input }) => replyTo(input)),
    ]),
  );

export const peer: Peer = {
  name: "trpc",
  packages: ["@trpc/server", "@trpc/client"],
  lacks: { bytes: "its WebSocket link sends JSON" },
  async serve({ procedures }) {
    const { sockets, port } = await listen();
    applyWSSHandler({ wss: sockets, router: t.router({ ...routes, ...others(procedures) }) });
    return { port, readers: () => feed.readers(), publish: (event) => feed.publish(event) };
  },
  async connect(port) {
    const wsClient = createWSClient({ url: addressOf(port), WebSocket: WebSocket as never });
    const client = createTRPCClient<typeof router>({ links: [wsLink({ client: wsClient })] });
    return {
      call: (input) => client.score.query(input),
      echo: async (text) => (await client.echo.mutate({ text })).text,
      fetch: async (count) => (await client.fetch.query({ count })).text,
      stream: (count, onData) =>
        new Promise((resolve, reject) => {
          client.stream.subscribe({ count }, { onData, onComplete: resolve, onError: reject });
        }),
      feed: (onData) => void client.feed.subscribe(undefined, { onData }),
    };
  },
};

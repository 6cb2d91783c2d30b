/** oRPC, the beta of its second version, over `ws`. Bytes travel as a Blob, the binary type that it documents. */
import { createORPCClient } from "orpc2-client";
import { RPCLink } from "orpc2-client/websocket";
import { asyncIteratorObject, os, type RouterClient } from "orpc2-server";
import { RPCHandler } from "orpc2-server/websocket";
import { z } from "zod";
import { Feed } from "../process/feed.js";
import { dial, listen } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

const feed = new Feed();
const Bytes = z.instanceof(Blob);

export const router = {
  call: os
    .input(Sample)
    .output(Reply)
    .handler(({ input }) => replyTo(input)),
  echo: os
    .input(Text)
    .output(Text)
    .handler(({ input }) => input),
  echoBytes: os
    .input(Bytes)
    .output(Bytes)
    .handler(({ input }) => input),
  fetch: os
    .input(Count)
    .output(Text)
    .handler(({ input }) => ({ text: textOf(input.count) })),
  stream: os
    .input(Count)
    .output(asyncIteratorObject(Reply))
    .handler(({ input }) => replies(input.count)),
  feed: os.output(asyncIteratorObject(Reply)).handler(() => feed.read()),
};

const others = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `other${n}`,
      os
        .input(Sample.clone())
        .output(Reply.clone())
        .handler(({ input }) => replyTo(input)),
    ]),
  );

export const peer: Peer = {
  name: "orpc-beta",
  packages: ["orpc2-server", "orpc2-client"],
  async serve({ procedures }) {
    const { sockets, port } = await listen();
    const handler = new RPCHandler({ ...router, ...others(procedures) });
    sockets.on("connection", (socket) => void handler.upgrade(socket as never));
    return { port, readers: () => feed.readers(), publish: (event) => feed.publish(event) };
  },
  async connect(port) {
    const socket = (await dial(port)) as unknown as WebSocket;
    const client: RouterClient<typeof router> = createORPCClient(new RPCLink({ connect: () => socket }));
    const read = async (events: Promise<AsyncIterable<Reply>>, listener: (event: Reply) => void) => {
      for await (const event of await events) listener(event);
    };
    return {
      call: (input) => client.call(input),
      echo: async (text) => (await client.echo({ text })).text,
      echoBytes: async (bytes) => {
        const blob = await client.echoBytes(new Blob([bytes as Uint8Array<ArrayBuffer>]));
        return new Uint8Array(await blob.arrayBuffer());
      },
      fetch: async (count) => (await client.fetch({ count })).text,
      stream: (count, listener) => read(client.stream({ count }), listener),
      feed: (listener) => void read(client.feed(), listener),
    };
  },
};

/** Trunkline with everything on: sessions, credit, validation of input, output and events; the feed is a topic. */
import { type ConnectionControl, createClient } from "@trunkline/client";
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { createTopic, type Handlers, implement, serve } from "@trunkline/server";
import { z } from "zod";
import { addressOf, MAX_MESSAGE_BYTES } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

// 16 MiB wait to be sent while small calls go on.
const limits = { messageBytes: MAX_MESSAGE_BYTES, outboundHardBytes: MAX_MESSAGE_BYTES };

const Bytes = z.instanceof(Uint8Array);
const contract = defineContract({
  call: query({ input: Sample, output: Reply }),
  echo: mutation({ input: Text, output: Text }),
  echoBytes: mutation({ input: Bytes, output: Bytes }),
  fetch: query({ input: Count, output: Text }),
  stream: subscription({ input: Count, event: Reply }),
  feed: subscription({ event: Reply }),
});

/** Dials now: a client does by itself when the first call is made. */
function opened(connection: ConnectionControl): Promise<void> {
  return new Promise((resolve) => {
    connection.subscribe(({ state }) => state === "ready" && resolve());
    connection.reconnect();
  });
}

export const peer: Peer = {
  name: "trunkline",
  packages: ["@trunkline/server", "@trunkline/client"],
  async serve({ procedures }) {
    const feed = createTopic(contract.feed);
    let readers = 0;
    const handlers: Handlers<typeof contract, object> = {
      call: ({ input }) => replyTo(input),
      echo: ({ input }) => input,
      echoBytes: ({ input }) => input,
      fetch: ({ input }) => ({ text: textOf(input.count) }),
      stream: ({ input }) => replies(input.count),
      feed: () => {
        readers++;
        return feed.subscribe();
      },
    };
    // What stands beside the calls has no part in their types: its names are made here.
    const names = Array.from({ length: procedures }, (_, n) => `other${n}`);
    const others: object = Object.fromEntries(
      names.map((name) => [name, query({ input: Sample.clone(), output: Reply.clone() })]),
    );
    const answers: object = Object.fromEntries(names.map((name) => [name, handlers.call]));
    const app = implement(defineContract({ ...contract, ...others }));
    const router = app.router({ ...handlers, ...answers });
    const { port } = await serve(router, { limits });
    return { port, readers: () => readers, publish: (event) => void feed.publish(event) };
  },
  async connect(port) {
    // Equal queries in flight would share a call, and every call is to be counted.
    const client = createClient(contract, { url: addressOf(port), limits, dedupe: false });
    await opened(client.$connection);
    const { call, echo, echoBytes, fetch, stream, feed } = client;
    return {
      call,
      echo: async (text) => (await echo({ text })).text,
      echoBytes,
      fetch: async (count) => (await fetch({ count })).text,
      stream: (count, onEvent) =>
        new Promise((resolve, reject) => {
          stream({ count }).subscribe({ onEvent, onEnd: resolve, onError: reject });
        }),
      feed: (onEvent) => void feed().subscribe({ onEvent }),
    };
  },
};

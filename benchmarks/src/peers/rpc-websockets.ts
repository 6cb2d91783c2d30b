/** rpc-websockets: JSON-RPC with notifications. A stream is a notification that only one client has subscribed to. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
// @ts-expect-error Its exports do not lead to its types.
import * as library from "rpc-websockets";
import { addressOf, MAX_MESSAGE_BYTES } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

const { Client, Server } = library as Library;

/** As much of it as is used here. */
interface Library {
  readonly Server: new (
    options: object,
  ) => NodeJS.EventEmitter & {
    readonly wss: { address(): AddressInfo };
    readonly namespaces: { readonly "/": { readonly events: { readonly feed: { readonly sockets: unknown[] } } } };
    register(name: string, method: (input: unknown) => unknown): void;
    event(name: string): void;
    emit(name: string, event: Reply): boolean;
  };
  readonly Client: new (
    url: string,
    options: object,
  ) => NodeJS.EventEmitter & {
    call<Result>(name: string, input: object): Promise<Result>;
    subscribe(name: string): Promise<unknown>;
    unsubscribe(name: string): Promise<unknown>;
  };
}

export const peer: Peer = {
  name: "rpc-websockets",
  packages: ["rpc-websockets"],
  lacks: { bytes: "it sends JSON" },
  async serve({ procedures }) {
    const server = new Server({ port: 0, host: "127.0.0.1", maxPayload: MAX_MESSAGE_BYTES });
    await once(server, "listening");
    const register = (name: string, method: (input: unknown) => unknown) => server.register(name, method);
    for (let n = 0; n < procedures; n++) register(`other${n}`, (input) => Reply.parse(replyTo(Sample.parse(input))));
    register("call", (input) => Reply.parse(replyTo(Sample.parse(input))));
    register("echo", (input) => Text.parse(Text.parse(input)));
    register("fetch", (input) => Text.parse({ text: textOf(Count.parse(input).count) }));
    register("stream", async (input) => {
      for await (const reply of replies(Count.parse(input).count)) server.emit("event", Reply.parse(reply));
      return true;
    });
    server.event("event");
    server.event("feed");
    const readers = () => server.namespaces["/"].events.feed.sockets.length;
    const { port } = server.wss.address();
    return { port, readers, publish: (event) => void server.emit("feed", Reply.parse(event)) };
  },
  async connect(port) {
    const client = new Client(addressOf(port), { max_reconnects: 0, maxPayload: MAX_MESSAGE_BYTES });
    await once(client, "open");
    return {
      call: (input) => client.call("call", input),
      echo: async (text) => (await client.call<{ text: string }>("echo", { text })).text,
      fetch: async (count) => (await client.call<{ text: string }>("fetch", { count })).text,
      stream: async (count, listener) => {
        client.on("event", listener);
        await client.subscribe("event");
        await client.call("stream", { count });
        await client.unsubscribe("event");
        client.off("event", listener);
      },
      feed: (listener) => {
        client.on("feed", listener);
        void client.subscribe("feed");
      },
    };
  },
};

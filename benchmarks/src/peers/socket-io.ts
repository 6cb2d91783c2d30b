/** socket.io over its WebSocket transport: events with acknowledgements. Validation is called in the listeners. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { z } from "zod";
import { MAX_MESSAGE_BYTES } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

const Bytes = z.instanceof(Uint8Array);

export const peer: Peer = {
  name: "socket.io",
  packages: ["socket.io", "socket.io-client"],
  lacks: { procedures: "listeners belong to a connection" },
  async serve() {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = new Server(http, { transports: ["websocket"], maxHttpBufferSize: MAX_MESSAGE_BYTES });
    server.on("connection", (socket) => {
      socket.on("call", (input, answer) => answer(Reply.parse(replyTo(Sample.parse(input)))));
      socket.on("echo", (input, answer) => answer(Text.parse(Text.parse(input))));
      socket.on("echoBytes", (input, answer) => answer(Bytes.parse(Bytes.parse(input))));
      socket.on("fetch", (input, answer) => answer(Text.parse({ text: textOf(Count.parse(input).count) })));
      socket.on("stream", async (input, answer) => {
        for await (const reply of replies(Count.parse(input).count)) socket.emit("event", Reply.parse(reply));
        answer();
      });
      socket.on("feed", () => void socket.join("feed"));
    });
    const { port } = http.address() as AddressInfo;
    const readers = () => server.sockets.adapter.rooms.get("feed")?.size ?? 0;
    return { port, readers, publish: (event) => void server.to("feed").emit("feed", Reply.parse(event)) };
  },
  async connect(port) {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    return {
      call: (input) => socket.emitWithAck("call", input),
      echo: async (text) => (await socket.emitWithAck("echo", { text })).text,
      echoBytes: (bytes) => socket.emitWithAck("echoBytes", bytes),
      fetch: async (count) => (await socket.emitWithAck("fetch", { count })).text,
      stream: async (count, listener) => {
        socket.on("event", listener);
        await socket.emitWithAck("stream", { count });
        socket.off("event", listener);
      },
      feed: (listener) => {
        socket.on("feed", listener);
        socket.emit("feed");
      },
    };
  },
};

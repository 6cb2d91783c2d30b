/** Cap'n Web over `ws`. A stream is a ReadableStream, with its flow control; the feed calls a function of the client. */
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocket } from "ws";
import { z } from "zod";
import { dial, listen } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

// It reads constants of the platform's own, which Node has from version 22 on.
globalThis.WebSocket ??= WebSocket as never;

const Bytes = z.instanceof(Uint8Array);

/** A function of the other end; `dup` keeps it beyond the call that brought it. */
type Listener = ((event: Reply) => Promise<void> | void) & { dup(): Listener };

const listeners = new Set<Listener>();

class Api extends RpcTarget {
  call(input: Sample): Reply {
    return Reply.parse(replyTo(Sample.parse(input)));
  }
  echo(text: string): string {
    return z.string().parse(text);
  }
  echoBytes(bytes: Uint8Array): Uint8Array {
    return Bytes.parse(bytes);
  }
  fetch(count: number): string {
    return Text.parse({ text: textOf(Count.parse({ count }).count) }).text;
  }
  stream(count: number): ReadableStream<Reply> {
    const source = replies(Count.parse({ count }).count);
    return new ReadableStream({
      async pull(controller) {
        const { value, done } = await source.next();
        if (done) controller.close();
        else controller.enqueue(Reply.parse(value));
      },
    });
  }
  feed(listener: Listener): void {
    listeners.add(listener.dup());
  }
}

interface Remote {
  call(input: Sample): Promise<Reply>;
  echo(text: string): Promise<string>;
  echoBytes(bytes: Uint8Array): Promise<Uint8Array>;
  fetch(count: number): Promise<string>;
  stream(count: number): Promise<ReadableStream<Reply>>;
  feed(listener: (event: Reply) => void): Promise<void>;
}

export const peer: Peer = {
  name: "capnweb",
  packages: ["capnweb"],
  lacks: { procedures: "what can be called are the methods of a class" },
  async serve() {
    const { sockets, port } = await listen();
    sockets.on("connection", (socket) => newWebSocketRpcSession(socket as never, new Api()));
    const publish = (event: Reply) => {
      const checked = Reply.parse(event);
      for (const listener of listeners) void listener(checked);
    };
    return { port, readers: () => listeners.size, publish };
  },
  async connect(port) {
    const api = newWebSocketRpcSession((await dial(port)) as never) as unknown as Remote;
    return {
      call: (input) => api.call(input),
      echo: (text) => api.echo(text),
      echoBytes: (bytes) => api.echoBytes(bytes),
      fetch: (count) => api.fetch(count),
      stream: async (count, listener) => {
        const reader = (await api.stream(count)).getReader();
        for (let next = await reader.read(); !next.done; next = await reader.read()) listener(next.value);
      },
      feed: (listener) => void api.feed(listener),
    };
  },
};

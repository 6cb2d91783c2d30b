/** Effect RPC over its WebSocket server, as JSON. Its own schemas validate; the feed is a PubSub. */
import { layerWebSocket } from "@effect/platform-node-shared/NodeSocketServer";
import { Effect, Layer, ManagedRuntime, PubSub, Schema, Scope, Stream } from "effect";
import { Rpc, RpcClient, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc";
import { Socket, SocketServer } from "effect/socket";
import { WebSocket } from "ws";
import { addressOf, MAX_MESSAGE_BYTES } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { type Reply as Answer, replyTo, sampleOf, textOf } from "../process/sample.js";

const sample = { id: Schema.Int, name: Schema.String, tags: Schema.Array(Schema.String) };
const Reply = Schema.Struct({ ...sample, score: Schema.Number });

const group = RpcGroup.make(
  Rpc.make("call", { payload: sample, success: Reply }),
  Rpc.make("echo", { payload: { text: Schema.String }, success: Schema.String }),
  Rpc.make("fetch", { payload: { count: Schema.Int }, success: Schema.String }),
  Rpc.make("stream", { payload: { count: Schema.Int }, success: Reply, stream: true }),
  Rpc.make("feed", { success: Reply, stream: true }),
);

export const peer: Peer = {
  name: "effect-rpc",
  packages: ["effect"],
  lacks: { bytes: "its JSON serialization has no bytes", procedures: "not measured" },
  async serve() {
    const feed = Effect.runSync(PubSub.unbounded<Answer>());
    let readers = 0;
    const handlers = group.toLayer({
      call: (input) => Effect.succeed(replyTo({ ...input, tags: [...input.tags] })),
      echo: ({ text }) => Effect.succeed(text),
      fetch: ({ count }) => Effect.succeed(textOf(count)),
      stream: ({ count }) => Stream.range(0, count - 1).pipe(Stream.map((id) => replyTo(sampleOf(id)))),
      feed: () => {
        readers++;
        return Stream.fromPubSub(feed);
      },
    });
    const server = RpcServer.layer(group, { disableTracing: true }).pipe(
      Layer.provide(handlers),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provide(RpcSerialization.layerJson),
      Layer.provideMerge(layerWebSocket({ port: 0, host: "127.0.0.1", maxPayload: MAX_MESSAGE_BYTES })),
    );
    const runtime = ManagedRuntime.make(server);
    const { address } = await runtime.runPromise(
      Effect.gen(function* () {
        return yield* SocketServer.SocketServer;
      }),
    );
    const { port } = address as unknown as { port: number };
    return { port, readers: () => readers, publish: (event) => void PubSub.publishUnsafe(feed, event) };
  },
  async connect(port) {
    const sockets = Layer.succeed(Socket.WebSocketConstructor, (url: string) => new WebSocket(url) as never);
    const protocol = RpcClient.layerProtocolSocket().pipe(
      Layer.provide(Socket.layerWebSocket(addressOf(port))),
      Layer.provide(sockets),
      Layer.provide(RpcSerialization.layerJson),
    );
    const scope = Effect.runSync(Scope.make());
    const made = RpcClient.make(group, { disableTracing: true }).pipe(Scope.provide(scope));
    const client = await ManagedRuntime.make(protocol).runPromise(made);
    const run = <Value>(effect: unknown) => Effect.runPromise(effect as Effect.Effect<Value>);
    const read = (events: unknown, listener: (event: Answer) => void) =>
      run<void>(Stream.runForEach(events as Stream.Stream<Answer>, (event) => Effect.sync(() => listener(event))));
    return {
      call: (input) => run<Answer>(client.call(input)),
      echo: (text) => run<string>(client.echo({ text })),
      fetch: (count) => run<string>(client.fetch({ count })),
      stream: (count, listener) => read(client.stream({ count }), listener),
      feed: (listener) => void read(client.feed(), listener),
    };
  },
};

/**
 * Effect RPC, whose socket protocol reconnects, with `retryTransientErrors`, and tells by its hooks when it is connected.
 * Calls in flight fail, and streams end; this program opens them again after the last number it heard.
 */
import { layerWebSocket } from "@effect/platform-node-shared/NodeSocketServer";
import { Effect, Layer, ManagedRuntime, Schedule, Schema, Scope, Stream } from "effect";
import { Rpc, RpcClient, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc";
import { Socket, SocketServer } from "effect/socket";
import { WebSocket } from "ws";
import { addressOf } from "../../process/listen.js";
import { type Contender, REDIAL_MS } from "../contender.js";
import { Gate } from "../gate.js";

const group = RpcGroup.make(
  Rpc.make("spend", { payload: { token: Schema.String }, success: Schema.String }),
  Rpc.make("numbers", {
    payload: { name: Schema.String, after: Schema.Int, to: Schema.Int },
    success: Schema.Int,
    stream: true,
  }),
);

export const contender: Contender = {
  name: "effect-rpc",
  packages: ["effect"],
  recovery: "`retryTransientErrors` and `ConnectionHooks`; the program opens the stream again",
  async serve(work) {
    const handlers = group.toLayer({
      spend: ({ token }) => Effect.promise(() => work.spend(token)),
      numbers: ({ name, after, to }) =>
        Stream.fromAsyncIterable(work.numbers(name, after, to), String).pipe(Stream.orDie),
    });
    const server = RpcServer.layer(group, { disableTracing: true }).pipe(
      Layer.provide(handlers),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provide(RpcSerialization.layerJson),
      Layer.provideMerge(layerWebSocket({ port: 0, host: "127.0.0.1" })),
    );
    const { address } = await ManagedRuntime.make(server).runPromise(
      Effect.gen(function* () {
        return yield* SocketServer.SocketServer;
      }),
    );
    return (address as unknown as { port: number }).port;
  },
  async connect(port) {
    const gate = new Gate();
    const hooks = Layer.succeed(RpcClient.ConnectionHooks, {
      onConnect: Effect.sync(() => gate.open()),
      onDisconnect: Effect.sync(() => gate.shut()),
    });
    const protocol = RpcClient.layerProtocolSocket({
      retryTransientErrors: true,
      retryPolicy: Schedule.spaced(REDIAL_MS),
    }).pipe(
      Layer.provide(Socket.layerWebSocket(addressOf(port))),
      Layer.provide(Layer.succeed(Socket.WebSocketConstructor, (url: string) => new WebSocket(url) as never)),
      Layer.provide(RpcSerialization.layerJson),
      Layer.provide(hooks),
    );
    const runtime = ManagedRuntime.make(protocol);
    const scope = Effect.runSync(Scope.make());
    const made = RpcClient.make(group, { disableTracing: true }).pipe(Scope.provide(scope));
    const client = await runtime.runPromise(made);
    const run = <Value>(effect: unknown) => Effect.runPromise(effect as Effect.Effect<Value>);
    return {
      async spend(token) {
        await gate.opened();
        return run<string>(client.spend({ token }));
      },
      async listen(name, to, listener) {
        let after = 0;
        const hear = (number: number) =>
          Effect.sync(() => {
            after = number;
            listener(number);
          });
        while (after < to) {
          await gate.opened();
          const numbers = client.numbers({ name, after, to }) as unknown as Stream.Stream<number>;
          await run<void>(Stream.runForEach(numbers, hear)).catch(() => {});
        }
      },
      close: () => void runtime.dispose(),
    };
  },
};

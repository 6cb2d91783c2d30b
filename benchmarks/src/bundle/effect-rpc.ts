import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Rpc from "effect/rpc/Rpc";
import * as RpcClient from "effect/rpc/RpcClient";
import * as RpcGroup from "effect/rpc/RpcGroup";
import * as RpcSerialization from "effect/rpc/RpcSerialization";
import * as Schema from "effect/Schema";
import * as Stream from "effect/Stream";
import * as Socket from "effect/socket/Socket";
import { sample, url } from "./sample.js";

const fields = { id: Schema.Int, name: Schema.String, tags: Schema.Array(Schema.String) };
const Reply = Schema.Struct({ ...fields, score: Schema.Number });
const group = RpcGroup.make(
  Rpc.make("call", { payload: fields, success: Reply }),
  Rpc.make("feed", { success: Reply, stream: true }),
);
const protocol = RpcClient.layerProtocolSocket().pipe(
  Layer.provide(Socket.layerWebSocket(url)),
  Layer.provide([Socket.layerWebSocketConstructorGlobal, RpcSerialization.layerJson]),
);
const program = Effect.gen(function* () {
  const client = yield* RpcClient.make(group);
  console.log(yield* client.call(sample));
  yield* Stream.runForEach(client.feed(), (event) => Effect.sync(() => console.log(event)));
});
Effect.runFork(program.pipe(Effect.provide(protocol), Effect.scoped));

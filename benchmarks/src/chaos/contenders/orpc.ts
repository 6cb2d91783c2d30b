/**
 * oRPC, the stable line. Its link is given a socket of `partysocket`, which its documentation names for reconnecting;
 * events have ids, and its retry plugin asks for those after the last, without end. Calls are not retried, which is the
 * plugin's default.
 */
import { createORPCClient } from "@orpc/client";
import { ClientRetryPlugin, type ClientRetryPluginContext } from "@orpc/client/plugins";
import { RPCLink } from "@orpc/client/websocket";
import { eventIterator, os, type RouterClient, withEventMeta } from "@orpc/server";
import { RPCHandler } from "@orpc/server/ws";
import { WebSocket as LastingSocket } from "partysocket";
import { WebSocket } from "ws";
import { z } from "zod";
import { addressOf, listen } from "../../process/listen.js";
import { type Contender, REDIAL_MS, type Work } from "../contender.js";
import { Gate } from "../gate.js";

const routerFor = (work: Work) => ({
  spend: os
    .input(z.object({ token: z.string() }))
    .output(z.string())
    .handler(({ input }) => work.spend(input.token)),
  numbers: os
    .input(z.object({ name: z.string(), to: z.int() }))
    .output(eventIterator(z.object({ number: z.int() })))
    .handler(async function* ({ input, lastEventId }) {
      for await (const number of work.numbers(input.name, Number(lastEventId ?? 0), input.to)) {
        yield withEventMeta({ number }, { id: String(number) });
      }
    }),
});

export const contender: Contender = {
  name: "orpc",
  packages: ["@orpc/server", "@orpc/client", "partysocket"],
  recovery: "a socket of `partysocket`, `ClientRetryPlugin` and ids for events",
  async serve(work) {
    const { sockets, port } = await listen();
    const handler = new RPCHandler(routerFor(work));
    sockets.on("connection", (socket) => void handler.upgrade(socket));
    return port;
  },
  async connect(port) {
    const socket = new LastingSocket(addressOf(port), [], {
      WebSocket,
      minReconnectionDelay: REDIAL_MS,
      maxReconnectionDelay: REDIAL_MS,
    });
    const gate = new Gate();
    socket.addEventListener("open", () => gate.open());
    socket.addEventListener("close", () => gate.shut());
    const plugins = [new ClientRetryPlugin({ default: { retryDelay: REDIAL_MS } })];
    const link = new RPCLink<ClientRetryPluginContext>({ websocket: socket as never, plugins });
    const client: RouterClient<ReturnType<typeof routerFor>, ClientRetryPluginContext> = createORPCClient(link);
    return {
      async spend(token) {
        await gate.opened();
        return client.spend({ token });
      },
      async listen(name, to, listener) {
        await gate.opened();
        const events = await client.numbers({ name, to }, { context: { retry: Number.POSITIVE_INFINITY } });
        for await (const { number } of events) listener(number);
      },
      close: () => socket.close(),
    };
  },
};

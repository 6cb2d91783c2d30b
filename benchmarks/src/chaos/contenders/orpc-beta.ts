/**
 * oRPC, the beta of its second version: its link reconnects, events have ids, and its retry plugin asks for those after
 * the last, without end. Calls are not retried, which is the plugin's default.
 */
import { createORPCClient } from "orpc2-client";
import { RetryLinkPlugin, type RetryLinkPluginContext } from "orpc2-client/plugins";
import { RPCLink } from "orpc2-client/websocket";
import { asyncIteratorObject, os, type RouterClient, withEventMeta } from "orpc2-server";
import { RPCHandler } from "orpc2-server/websocket";
import { WebSocket } from "ws";
import { z } from "zod";
import { addressOf, listen } from "../../process/listen.js";
import { type Contender, REDIAL_MS, type Work } from "../contender.js";

const routerFor = (work: Work) => ({
  spend: os
    .input(z.object({ token: z.string() }))
    .output(z.string())
    .handler(({ input }) => work.spend(input.token)),
  numbers: os
    .input(z.object({ name: z.string(), to: z.int() }))
    .output(asyncIteratorObject(z.object({ number: z.int() })))
    .handler(async function* ({ input, lastEventId }) {
      for await (const number of work.numbers(input.name, Number(lastEventId ?? 0), input.to)) {
        yield withEventMeta({ number }, { id: String(number) });
      }
    }),
});

export const contender: Contender = {
  name: "orpc-beta",
  packages: ["orpc2-server", "orpc2-client"],
  recovery: "`reconnect`, `RetryLinkPlugin` and ids for events",
  async serve(work) {
    const { sockets, port } = await listen();
    const handler = new RPCHandler(routerFor(work));
    sockets.on("connection", (socket) => void handler.upgrade(socket as never));
    return port;
  },
  async connect(port) {
    const sockets = new Set<WebSocket>();
    const dial = () => {
      const socket = new WebSocket(addressOf(port));
      // Without a listener, Node ends the process.
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
      sockets.add(socket);
      return socket as unknown as globalThis.WebSocket;
    };
    const link = new RPCLink<RetryLinkPluginContext>({
      connect: dial,
      reconnect: { enabled: true, delay: () => REDIAL_MS },
      plugins: [new RetryLinkPlugin({ default: { retryDelay: REDIAL_MS } })],
    });
    const client: RouterClient<ReturnType<typeof routerFor>, RetryLinkPluginContext> = createORPCClient(link);
    return {
      spend: (token) => client.spend({ token }),
      async listen(name, to, listener) {
        const events = await client.numbers({ name, to }, { context: { retry: Number.POSITIVE_INFINITY } });
        for await (const { number } of events) listener(number);
      },
      close: () => {
        for (const socket of sockets) socket.close();
      },
    };
  },
};

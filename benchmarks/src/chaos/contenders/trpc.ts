/** tRPC over its WebSocket link: events are tracked, so that a subscription goes on after the last one. */
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC, tracked } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocket } from "ws";
import { z } from "zod";
import { addressOf, listen } from "../../process/listen.js";
import { type Contender, REDIAL_MS, type Work } from "../contender.js";

const t = initTRPC.create();

const routerFor = (work: Work) =>
  t.router({
    spend: t.procedure.input(z.object({ token: z.string() })).mutation(({ input }) => work.spend(input.token)),
    numbers: t.procedure
      .input(z.object({ name: z.string(), to: z.int(), lastEventId: z.string().nullish() }))
      .subscription(async function* ({ input }) {
        for await (const number of work.numbers(input.name, Number(input.lastEventId ?? 0), input.to)) {
          yield tracked(String(number), number);
        }
      }),
  });

export const contender: Contender = {
  name: "trpc",
  packages: ["@trpc/server", "@trpc/client"],
  recovery: "`tracked` events",
  async serve(work) {
    const { sockets, port } = await listen();
    applyWSSHandler({ wss: sockets, router: routerFor(work) });
    return port;
  },
  async connect(port) {
    const wsClient = createWSClient({
      url: addressOf(port),
      WebSocket: WebSocket as never,
      retryDelayMs: () => REDIAL_MS,
    });
    const client = createTRPCClient<ReturnType<typeof routerFor>>({ links: [wsLink({ client: wsClient })] });
    return {
      spend: (token) => client.spend.mutate({ token }),
      listen: (name, to, listener) =>
        new Promise((resolve, reject) => {
          const onData = ({ data }: { data: number }) => listener(data);
          client.numbers.subscribe({ name, to }, { onData, onComplete: resolve, onError: reject });
        }),
      close: () => void wsClient.close(),
    };
  },
};

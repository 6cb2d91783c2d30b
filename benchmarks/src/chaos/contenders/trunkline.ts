/** Trunkline as it is: sessions resume by default. Only its waits, which grow with each attempt, are those of everybody. */
import { createClient } from "@trunkline/client";
import { defineContract, mutation, subscription } from "@trunkline/core";
import { event, implement, serve } from "@trunkline/server";
import { z } from "zod";
import { addressOf } from "../../process/listen.js";
import { type Contender, REDIAL_MS } from "../contender.js";

const contract = defineContract({
  spend: mutation({ input: z.object({ token: z.string() }), output: z.string() }),
  numbers: subscription({ input: z.object({ name: z.string(), to: z.int() }), event: z.int() }),
});

export const contender: Contender = {
  name: "trunkline",
  packages: ["@trunkline/server", "@trunkline/client"],
  recovery: "its defaults; ids for events",
  async serve(work) {
    const router = implement(contract).router({
      spend: ({ input }) => work.spend(input.token),
      numbers: async function* ({ input, lastEventId }) {
        for await (const number of work.numbers(input.name, Number(lastEventId ?? 0), input.to)) {
          yield event(number, { id: String(number) });
        }
      },
    });
    return (await serve(router, {})).port;
  },
  async connect(port) {
    const client = createClient(contract, { url: addressOf(port) });
    const { $connection: connection } = client;
    connection.subscribe(({ state }) => {
      if (state !== "waiting") return;
      setTimeout(() => connection.status.state === "waiting" && connection.reconnect(), REDIAL_MS);
    });
    return {
      spend: (token) => client.spend({ token }),
      async listen(name, to, listener) {
        for await (const number of client.numbers({ name, to })) listener(number);
      },
      close: () => connection.close(),
    };
  },
};

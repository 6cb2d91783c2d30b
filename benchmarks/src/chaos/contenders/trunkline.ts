/** Trunkline as it is: sessions resume by default. */
import { createClient } from "@trunkline/client";
import { defineContract, mutation, RpcError, subscription } from "@trunkline/core";
import { event, implement, serve } from "@trunkline/server";
import { z } from "zod";
import { addressOf } from "../../process/listen.js";
import { type Contender, REDIAL_MS } from "../contender.js";

const contract = defineContract({
  spend: mutation({ input: z.object({ token: z.string() }), output: z.string() }),
  numbers: subscription({ input: z.object({ name: z.string(), to: z.int() }), event: z.int() }),
});

/** The first wait is drawn from 0 to a second. */
const random = () => REDIAL_MS / 1_000;

export const contender: Contender = {
  name: "trunkline",
  packages: ["@trunkline/server", "@trunkline/client"],
  recovery: "its defaults",
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
    const client = createClient(contract, { url: addressOf(port), random });
    return {
      spend: (token) => client.spend({ token }),
      async listen(name, to, listener) {
        for await (const number of client.numbers({ name, to })) listener(number);
      },
      tells: (error) => error instanceof RpcError,
      close: () => client.$connection.close(),
    };
  },
};

import { setTimeout as pause } from "node:timers/promises";
import { event, implement } from "@trunkline/server";
import { shop } from "../reliability/contract.js";

/** What was ordered, by everybody. */
export const orders: string[] = [];

export const router = implement(shop)
  .context<{ readonly user: string }>()
  .router({
    order: async ({ input, context, errors }) => {
      if (input.item === "cake") throw errors.SOLD_OUT({ days: 2 });
      if (input.item === "nails") throw new Error("nobody thought of that");
      orders.push(input.item);
      await pause(20);
      return `${input.item} for ${context.user}`;
    },
    setAddress: () => {},
    prices: async function* ({ lastEventId }) {
      for (let n = Number(lastEventId ?? 0) + 1; n <= 1_000; n++) yield event(n, { id: String(n) });
    },
  });

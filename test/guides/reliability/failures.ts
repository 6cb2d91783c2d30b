import { type Client, safe } from "@trunkline/client";
import type { shop } from "./contract.js";

/** Every way in which an order ends, and what to do about it. */
export async function order(client: Client<typeof shop>, item: string): Promise<string> {
  const ordered = await safe(client.order({ item }));
  if (ordered.ok) return `ordered: ${ordered.data}`;
  const { error } = ordered;
  if (error.code === "SOLD_OUT") return `sold out, back in ${error.data.days} days`; // what the contract declares
  if (error.outcome === "not-sent") return "you are offline: it was not ordered"; // safe to try again
  if (error.outcome === "unknown") return "it may have been ordered: look at your orders"; // nobody here can know
  return `refused: ${error.code}`; // the server answered
}

/** A stream that says where it has a hole, and why. */
export async function showPrices(client: Client<typeof shop>, show: (line: string) => void): Promise<void> {
  const prices = client.prices(undefined, { onGap: ({ reason }) => show(`(${reason})`) });
  for await (const price of prices) show(String(price));
}

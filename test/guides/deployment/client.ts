import { createClient } from "@trunkline/client";
import type { desk } from "./contract.js";

/** A name for a balancer to route by. Servers do not look at a query. */
const name = crypto.randomUUID();

export const connect = (contract: typeof desk, url: string) =>
  createClient(contract, { url: `${url}/rpc?client=${name}` });

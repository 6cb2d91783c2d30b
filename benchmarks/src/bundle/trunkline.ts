import { createClient } from "@trunkline/client";
import type { Query, Schema, Subscription } from "@trunkline/core";
import { strippedContract } from "@trunkline/core/stripped";
import { type Reply, type Sample, sample, url } from "./sample.js";

interface Contract {
  readonly call: Query<{ input: Schema<Sample>; output: Schema<Reply> }>;
  readonly feed: Subscription<{ event: Schema<Reply> }>;
}

/** As `@trunkline/strip` writes it when a page is built: the server validates, the client has the types. */
const contract = strippedContract<Contract>({
  version: 1,
  hash: "0a1b2c3d4e5f6071",
  procedures: {
    call: { kind: "query", hash: "1b2c3d4e5f607182" },
    feed: { kind: "subscription", hash: "2c3d4e5f60718293" },
  },
});
const client = createClient(contract, { url });
console.log(await client.call(sample));
for await (const event of client.feed()) console.log(event);

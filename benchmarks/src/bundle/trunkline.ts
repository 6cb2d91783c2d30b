import { createClient } from "@trunkline/client";
import { defineContract, query, type Schema, subscription } from "@trunkline/core";
import { type Reply, type Sample, sample, url } from "./sample.js";

/** A schema that passes everything: the server validates, the client has the types. */
const typed = <Value>(): Schema<Value> => ({
  "~standard": { version: 1, vendor: "none", validate: (value) => ({ value: value as Value }) },
});

const contract = defineContract({
  call: query({ input: typed<Sample>(), output: typed<Reply>() }),
  feed: subscription({ event: typed<Reply>() }),
});
const client = createClient(contract, { url });
console.log(await client.call(sample));
for await (const event of client.feed()) console.log(event);

import { createClient } from "graphql-ws";
import { sample, url } from "./sample.js";

const client = createClient({ url });
const fields = "{ id name tags score }";
const query = `query ($input: SampleInput!) { call(input: $input) ${fields} }`;
const sink = { next: (value: unknown) => console.log(value), error: console.error, complete: () => {} };
client.subscribe({ query, variables: { input: sample } }, sink);
client.subscribe({ query: `subscription { feed ${fields} }` }, sink);

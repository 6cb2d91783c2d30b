import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import type { router } from "../peers/trpc.js";
import { sample, url } from "./sample.js";

const client = createTRPCClient<typeof router>({ links: [wsLink({ client: createWSClient({ url }) })] });
console.log(await client.score.query({ ...sample, tags: [] }));
client.feed.subscribe(undefined, { onData: (event) => console.log(event) });

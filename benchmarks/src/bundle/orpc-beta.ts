import { createORPCClient } from "orpc2-client";
import { RPCLink } from "orpc2-client/websocket";
import type { RouterClient } from "orpc2-server";
import type { router } from "../peers/orpc-beta.js";
import { sample, url } from "./sample.js";

const client: RouterClient<typeof router> = createORPCClient(new RPCLink({ connect: () => new WebSocket(url) }));
console.log(await client.call({ ...sample, tags: [] }));
for await (const event of await client.feed()) console.log(event);

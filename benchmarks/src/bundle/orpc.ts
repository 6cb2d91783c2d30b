import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/websocket";
import type { RouterClient } from "@orpc/server";
import type { router } from "../peers/orpc.js";
import { sample, url } from "./sample.js";

const client: RouterClient<typeof router> = createORPCClient(new RPCLink({ websocket: new WebSocket(url) }));
console.log(await client.call({ ...sample, tags: [] }));
for await (const event of await client.feed()) console.log(event);

// @ts-expect-error Its exports do not lead to its types.
import { Client } from "rpc-websockets";
import { sample, url } from "./sample.js";

const client = new Client(url);
client.on("open", async () => {
  console.log(await client.call("call", sample));
  client.on("feed", (event: unknown) => console.log(event));
  await client.subscribe("feed");
});

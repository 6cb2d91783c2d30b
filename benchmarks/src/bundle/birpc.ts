import { createBirpc } from "birpc";
import { type Reply, type Sample, sample, url } from "./sample.js";

const socket = new WebSocket(url);
const rpc = createBirpc<{ call(input: Sample): Reply; feed(): void }, object>(
  { event: (event: Reply) => console.log(event) },
  {
    post: (data) => socket.send(data),
    on: (take) => socket.addEventListener("message", ({ data }) => take(data)),
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  },
);
await new Promise((resolve) => socket.addEventListener("open", resolve));
console.log(await rpc.call(sample));
await rpc.feed();

import { newWebSocketRpcSession } from "capnweb";
import { type Reply, type Sample, sample, url } from "./sample.js";

interface Api {
  call(input: Sample): Reply;
  feed(listener: (event: Reply) => void): void;
}

const api = newWebSocketRpcSession<Api>(url);
console.log(await api.call(sample));
await api.feed((event) => console.log(event));

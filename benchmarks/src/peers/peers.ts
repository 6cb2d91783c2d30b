/** Whom we compare with, in the order of the table. A peer is loaded by the processes that measure it, and no other. */
import type { Peer } from "../process/peer.js";

export const FLOOR = "raw-ws";
export const OURS = "trunkline";

const loaders: Readonly<Record<string, () => Promise<{ readonly peer: Peer }>>> = {
  "raw-ws": () => import("./raw-ws.js"),
  "raw-ws-batch": () => import("./raw-ws-batch.js"),
  trunkline: () => import("./trunkline.js"),
  trpc: () => import("./trpc.js"),
  orpc: () => import("./orpc.js"),
  "orpc-beta": () => import("./orpc-beta.js"),
  "effect-rpc": () => import("./effect-rpc.js"),
  capnweb: () => import("./capnweb.js"),
  "graphql-ws": () => import("./graphql-ws.js"),
  "socket.io": () => import("./socket-io.js"),
  "rpc-websockets": () => import("./rpc-websockets.js"),
};

export const peerNames: readonly string[] = Object.keys(loaders);

export async function loadPeer(name: string): Promise<Peer> {
  const load = loaders[name];
  if (!load) throw new Error(`no peer ${name}: expected one of ${peerNames.join(", ")}`);
  return (await load()).peer;
}

/** Who is sent through a storm, in the order of the table. */
import type { Contender } from "./contender.js";

const loaders: Readonly<Record<string, () => Promise<{ readonly contender: Contender }>>> = {
  trunkline: () => import("./contenders/trunkline.js"),
  trpc: () => import("./contenders/trpc.js"),
  orpc: () => import("./contenders/orpc.js"),
  "orpc-beta": () => import("./contenders/orpc-beta.js"),
  "effect-rpc": () => import("./contenders/effect-rpc.js"),
  capnweb: () => import("./contenders/capnweb.js"),
  "graphql-ws": () => import("./contenders/graphql-ws.js"),
  "socket.io": () => import("./contenders/socket-io.js"),
  "rpc-websockets": () => import("./contenders/rpc-websockets.js"),
};

export const contenderNames: readonly string[] = Object.keys(loaders);

export async function loadContender(name: string): Promise<Contender> {
  const load = loaders[name];
  if (!load) throw new Error(`no contender ${name}: expected one of ${contenderNames.join(", ")}`);
  return (await load()).contender;
}

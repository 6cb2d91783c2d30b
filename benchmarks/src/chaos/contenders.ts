/** Who is sent through a storm: those that come back by themselves after a connection is lost. */
import type { Contender } from "./contender.js";

const loaders: Readonly<Record<string, () => Promise<{ readonly contender: Contender }>>> = {
  trunkline: () => import("./contenders/trunkline.js"),
  trpc: () => import("./contenders/trpc.js"),
  "graphql-ws": () => import("./contenders/graphql-ws.js"),
  "socket.io": () => import("./contenders/socket-io.js"),
};

export const contenderNames: readonly string[] = Object.keys(loaders);

export async function loadContender(name: string): Promise<Contender> {
  const load = loaders[name];
  if (!load) throw new Error(`no contender ${name}: expected one of ${contenderNames.join(", ")}`);
  return (await load()).contender;
}

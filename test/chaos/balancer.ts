/** A TCP balancer: each connection goes to the next server in turn that accepts it. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** When each connection came, in the time of `performance.now()`. */
  readonly arrivals: readonly number[];
  /** Connections to a server that are open. */
  openTo(port: number): number;
}

const HOST = "127.0.0.1";

export async function openBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  const servedBy = new Map<Socket, number | undefined>();
  const arrivals: number[] = [];
  let turn = 0;

  const offer = (near: Socket, left: number): void => {
    if (left === 0) return void near.destroy();
    const far = connect(ports[turn++ % ports.length]!, HOST);
    const next = () => offer(near, left - 1);
    far.once("error", next);
    far.once("connect", () => {
      far.off("error", next);
      join(near, far);
      servedBy.set(far, far.remotePort);
    });
  };
  const join = (near: Socket, far: Socket): void => {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from.setNoDelay(true));
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        servedBy.delete(from);
        to.destroy();
      });
    }
  };

  const server = createServer((near) => {
    arrivals.push(performance.now());
    near.on("error", () => {});
    offer(near, ports.length);
  });
  server.listen({ port: 0, host: HOST, backlog: 4_096 });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    arrivals,
    openTo: (port) => [...servedBy.values()].filter((served) => served === port).length,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

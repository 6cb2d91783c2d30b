/**
 * A TCP relay between clients and a server on this machine: what passes through it can be cut at any moment, as a
 * network does it, in the middle of a message too.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

/** A relay that listens. */
export interface Relay extends AsyncDisposable {
  /** Connect here instead of to the server. */
  readonly port: number;
  /** Connections open now. */
  readonly open: number;
  /** Destroys every connection, both halves at once, whatever is under way. */
  cut(): void;
  /** From now on new connections are destroyed at once, or taken again. */
  refuse(refusing: boolean): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

/** Opens a relay to a port of this machine. */
export async function openRelay(targetPort: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.destroy();
    const far = connect(targetPort, "127.0.0.1");
    join(near, far, sockets);
    join(far, near, sockets);
  });
  const port = await listening(server);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port,
    get open() {
      return sockets.size / 2;
    },
    cut,
    refuse: (refuse) => {
      refusing = refuse;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What one half receives the other sends; when one ends, so does the other. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.setNoDelay(true);
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.on("close", () => {
    sockets.delete(from);
    to.destroy();
  });
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
}

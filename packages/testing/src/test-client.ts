/** The real client over the real router, without a socket. */
import { type Client, type ClientOptions, createClient } from "@trunkline/client";
import { createServer, type Router, type Server, type ServerSetup, type SetupParameter } from "@trunkline/server";
import { type MemoryLink, memoryLink } from "./memory-link.js";

/** Options of {@link createTestClient}: those of the server and those of the client, but for the address. */
export type TestClientOptions<Context> = ServerSetup<Context> & {
  readonly client?: Omit<ClientOptions, "url" | "transport">;
};

/** A client, the server behind it, and the line between them. Both are closed together. */
export interface TestClient<Contract> extends AsyncDisposable {
  readonly client: Client<Contract>;
  readonly server: Server;
  /** The line is cut, and whatever is on it is gone. The client comes back by itself, at once. */
  cut(): void;
  /** From now on there is a line to be had, or none. Going offline cuts. */
  setOnline(online: boolean): void;
  /** Closes both. */
  close(): Promise<void>;
}

/**
 * Connects a client to a router in this process. Everything but the socket is what production runs; only the waits
 * before a reconnect are as short as chance allows, so that no test waits for chance.
 */
export function createTestClient<Contract extends object, Context>(
  router: Router<Contract, Context>,
  ...[options]: SetupParameter<Context, TestClientOptions<Context>>
): TestClient<Contract> {
  const { client: clientOptions, ...setup } = (options ?? {}) as TestClientOptions<unknown>;
  const server = createServer(router as Router<object, unknown>, setup as ServerSetup<unknown>);
  let line: MemoryLink | undefined;
  let online = true;
  const client = createClient(router.contract, {
    random: () => 0,
    // Whoever cuts the line knows why there is none.
    onOutage: () => {},
    ...clientOptions,
    url: "memory:",
    transport: (listener) => {
      let aborted = false;
      queueMicrotask(() => {
        if (aborted) return;
        if (!online) return listener.failed({ reason: "offline", fatal: false });
        line = memoryLink();
        const [near, far] = line.ends;
        server.accept(far);
        listener.opened(near);
      });
      return { abort: () => (aborted = true) };
    },
  });
  const cut = () => line?.cut();
  const setOnline = (now: boolean) => {
    online = now;
    if (!online) cut();
  };
  const close = async () => {
    client.$connection.close();
    await server.close();
  };
  return { client, server, cut, setOnline, close, [Symbol.asyncDispose]: close };
}

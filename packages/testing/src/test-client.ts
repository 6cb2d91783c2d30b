/** The real client over the real router, without a socket. */
import { type Client, type ClientOptions, createClient } from "@trunkline/client";
import { createServer, type Router, type Server, type ServerSetup } from "@trunkline/server";
import { memoryTransports } from "./memory-transport.js";

/** Options of {@link createTestClient}: those of the server and those of the client, but for the address. */
export type TestClientOptions<Context> = ServerSetup<Context> & {
  readonly client?: Omit<ClientOptions, "url" | "transport">;
};

/** A client, and the server behind it, both to be closed together. */
export interface TestClient<Contract> extends AsyncDisposable {
  readonly client: Client<Contract>;
  readonly server: Server;
  /** Closes both. */
  close(): Promise<void>;
}

/** Connects a client to a router in this process. Everything but the socket is what production runs. */
export function createTestClient<Contract extends object, Context>(
  router: Router<Contract, Context>,
  ...[options]: Readonly<Record<never, never>> extends Context
    ? [options?: TestClientOptions<Context>]
    : [options: TestClientOptions<Context>]
): TestClient<Contract> {
  const { client: clientOptions, ...setup } = (options ?? {}) as TestClientOptions<unknown>;
  const server = createServer(router as Router<object, unknown>, setup as ServerSetup<unknown>);
  const client = createClient(router.contract, {
    ...clientOptions,
    url: "memory:",
    transport: (listener) => {
      const [near, far] = memoryTransports();
      let aborted = false;
      queueMicrotask(() => {
        if (aborted) return;
        server.accept(far);
        listener.opened(near);
      });
      return { abort: () => (aborted = true) };
    },
  });
  const close = async () => {
    client.$connection.close();
    await server.close();
  };
  return { client, server, close, [Symbol.asyncDispose]: close };
}

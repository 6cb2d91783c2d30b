import { createServer as createHttpServer } from "node:http";
import { createServer, type Router } from "@trunkline/server";

/** A service behind a proxy that ends TLS. `leave` is for SIGTERM; what it awaits is what the grace period must cover. */
export function openService(router: Router<object, object>, port: number) {
  const server = createServer(router, { maxConnectionAgeMs: 30 * 60_000 });
  const http = createHttpServer((request, response) => {
    const isReady = request.url === "/ready" && server.state === "serving";
    response.writeHead(isReady ? 200 : request.url === "/ready" ? 503 : 404).end();
  });
  server.attach(http, { path: "/rpc", origins: ["https://example.com"], trustedProxies: 1 });
  http.listen(port);
  const leave = async () => {
    await server.drain({ deadlineMs: 20_000 });
    await new Promise((closed) => {
      http.close(closed);
      http.closeIdleConnections();
    });
    // Pools and timers of your own end here; then the process does, by itself.
  };
  process.once("SIGTERM", () => void leave());
  return { http, server, leave };
}

/** A site for tests in a browser: one page, built from the sources, and the server it calls, behind a line to cut. */
import type { ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { Limits } from "@trunkline/core";
import { implement, type ListeningServer, serve } from "@trunkline/server";
import { type FaultProxy, openFaultProxy } from "@trunkline/testing";
import { build, defaultClientConditions, type Rolldown } from "vite";
import { contract } from "./page/contract.js";

/** What the server has seen. */
class Seen {
  readonly connected: string[] = [];
  readonly disconnected: string[] = [];
  readonly held: string[] = [];
  readonly aborted: string[] = [];
  readonly #gates = new Map<string, () => void>();

  hold(text: string, signal: AbortSignal): Promise<string> {
    this.held.push(text);
    signal.addEventListener("abort", () => this.aborted.push(text));
    return new Promise((resolve) => this.#gates.set(text, () => resolve(`${text}, answered`)));
  }

  release(text: string): void {
    this.#gates.get(text)?.();
    this.#gates.delete(text);
  }
}

export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen;
  readonly line: FaultProxy;
  readonly server: ListeningServer;
  /** The files that the page's script was built from. */
  readonly modules: readonly string[];
}

export async function openSite(limits: Partial<Limits>): Promise<Site> {
  const { code, modules } = await script();
  const seen = new Seen();
  const router = implement(contract).router({
    session: ({ connection }) => connection.id,
    hold: ({ input, signal }) => seen.hold(input, signal),
  });
  const server = await serve(router, {
    path: "/rpc",
    limits,
    onRequest: ({ url }, response) => answer(url ?? "/", response, code),
    onConnect: ({ id }) => void seen.connected.push(id),
    onDisconnect: ({ id }) => void seen.disconnected.push(id),
  });
  const line = await openFaultProxy(server.port);
  const close = async () => {
    await line.close();
    await server.close();
  };
  return { url: `http://127.0.0.1:${line.port}`, seen, line, server, modules, [Symbol.asyncDispose]: close };
}

async function script(): Promise<{ readonly code: string; readonly modules: readonly string[] }> {
  const built = (await build({
    configFile: false,
    logLevel: "warn",
    resolve: { conditions: ["@trunkline/source", ...defaultClientConditions] },
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: fileURLToPath(new URL("./page/main.ts", import.meta.url)) },
    },
  })) as Rolldown.RolldownOutput;
  const [chunk] = built.output;
  return { code: chunk.code, modules: chunk.moduleIds };
}

function answer(url: string, response: ServerResponse, code: string): void {
  // What is done to the line is meant for the sockets, not for connections that the browser keeps for the next request.
  response.setHeader("connection", "close");
  response.setHeader("content-type", url === "/main.js" ? "text/javascript" : "text/html");
  if (url === "/main.js") response.end(code);
  else if (url === "/elsewhere") response.end("<!doctype html><title>Elsewhere</title>");
  else response.end('<!doctype html><title>Page</title><script type="module" src="/main.js"></script>');
}

/** A drawer of files. Whoever wants to remove one is asked first: the handler calls the page that called it. */
import { readdir, readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { extname, join } from "node:path";
import type { Limits } from "@trunkline/core";
import { implement, type ListeningServer, safe, serve } from "@trunkline/server";
import { drawer, person } from "./contract.js";

interface DrawerOptions {
  readonly files: Set<string>;
  readonly port: number;
  /** The folder of the built page. */
  readonly page: string | undefined;
  readonly limits?: Partial<Limits>;
  /** Hears why a file that should have been removed is still there. */
  kept(why: string): void;
}

export async function openDrawer({ files, port, page, limits = {}, kept }: DrawerOptions): Promise<ListeningServer> {
  const router = implement(drawer).router({
    list: () => [...files],
    remove: async ({ input: { name }, connection, signal }) => {
      const question = `Remove ${name}?`;
      // With the caller's own signal: nobody is asked for somebody who does not wait any more.
      const answer = await safe(connection.client(person).confirm({ question }, { signal }));
      if (!answer.ok) kept(`${name}: ${answer.error.code}, ${answer.error.outcome}`);
      return { removed: answer.ok && answer.data && files.delete(name) };
    },
  });
  const onRequest = page === undefined ? {} : { onRequest: await pageIn(page) };
  return serve(router, { port, path: "/rpc", limits, ...onRequest });
}

const types: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };

/** Answers plain requests with the files of a folder, read once. */
async function pageIn(folder: string): Promise<RequestListener> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = new Map<string, Buffer>();
  for (const path of paths) files.set(path.slice(folder.length).replaceAll("\\", "/"), await readFile(path));
  return ({ url = "/" }, response) => {
    const name = url === "/" ? "/index.html" : url;
    const file = files.get(name);
    if (file === undefined) response.writeHead(404).end("There is no such page.\n");
    else response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" }).end(file);
  };
}

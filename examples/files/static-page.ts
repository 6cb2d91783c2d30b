/** Answers plain requests with the files of a folder, read once. */
import { readdir, readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { extname, join } from "node:path";

const types: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };

export async function staticPage(folder: string): Promise<RequestListener> {
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

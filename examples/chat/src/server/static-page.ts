/** The built page, read once and answered from memory: a request names a file that is there, or gets 404. */
import { readdir, readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { extname, join, relative, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const always = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

interface StaticFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers plain requests with the files of a folder; `/` is its `index.html`. */
export async function staticPage(folder: string): Promise<RequestListener> {
  const files = await readFiles(folder);
  return (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0]!;
    const file = files.get(path === "/" ? "/index.html" : path);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (file === undefined || !isRead) {
      response
        .writeHead(isRead ? 404 : 405, { ...always, "content-type": "text/plain" })
        .end("There is no such page.\n");
      return;
    }
    response.writeHead(200, { ...file.headers, "content-length": file.body.length });
    response.end(request.method === "HEAD" ? undefined : file.body);
  };
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, StaticFile]> => {
        const path = `/${relative(folder, file).split(sep).join("/")}`;
        const headers = {
          ...always,
          "content-type": types[extname(file)] ?? "application/octet-stream",
          // The build puts a hash into the names of assets.
          "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
        };
        return [path, { body: await readFile(file), headers }];
      }),
    ),
  );
}

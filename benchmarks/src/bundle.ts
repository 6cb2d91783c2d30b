/**
 * `npm run bench:bundle`: what a browser loads for one call and one subscription, minified and compressed with Brotli,
 * without a validator where there is a choice. One program per peer, in `bundle/`.
 */
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { OURS } from "./peers/peers.js";
import { bars } from "./report/chart.js";
import { versionOf } from "./report/environment.js";
import { readOptions } from "./report/options.js";
import { keep, picture, quote } from "./report/store.js";
import { asMarkdown, asText } from "./report/table.js";

/** Program → the package whose version is told. */
const programs: Readonly<Record<string, string>> = {
  birpc: "birpc",
  trunkline: "@trunkline/client",
  trpc: "@trpc/client",
  orpc: "@orpc/client",
  "orpc-beta": "orpc2-client",
  "effect-rpc": "effect",
  capnweb: "capnweb",
  "graphql-ws": "graphql-ws",
  "socket.io": "socket.io-client",
  "rpc-websockets": "rpc-websockets",
};

const { write, peers } = readOptions({ peers: [], rounds: 1, seconds: 1 });
const chosen = Object.keys(programs).filter((name) => peers.length < 2 || peers.includes(name));
const sizes = await Promise.all(chosen.map(sizeOf));
sizes.sort((one, other) => one.brotliBytes - other.brotliBytes);

const table = [
  ["", "minified + Brotli", "minified"],
  ...sizes.map(({ name, version, brotliBytes, minifiedBytes }) => {
    return [`${name} ${version}`, kB(brotliBytes), kB(minifiedBytes)];
  }),
];
console.log(asText(table));
keep("bundle", { sizes }, { quoted: write });
if (write) {
  const values = sizes.map(({ name, brotliBytes }) => ({
    label: name,
    value: brotliBytes / 1_000,
    ours: name === OURS,
  }));
  const title = "client of one call and one subscription";
  quote(
    "bundle",
    `${asMarkdown(table)}\n\n${picture("bundle", title, await bars(title, "kB, less is better", values))}`,
  );
}

async function sizeOf(name: string) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/bundle/${name.replace(".", "-")}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  const version = versionOf(programs[name] ?? name);
  return { name, version, brotliBytes: brotliCompressSync(code).length, minifiedBytes: code.length };
}

function kB(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

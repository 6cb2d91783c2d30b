/**
 * What a page loads of Trunkline, minified and compressed with brotli, with the contract of examples/hello: `npm run size`.
 * Each feature is measured beside the smallest client, so that its row says what it adds.
 */
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import stripContracts from "@trunkline/strip/vite";
import { build, defaultClientConditions, type Plugin, type Rolldown } from "vite";

const page = fileURLToPath(new URL("page.js", import.meta.url));
const contract = fileURLToPath(new URL("../examples/hello/contract.ts", import.meta.url));
const source = "@trunkline/source";

/** What a page imports beside its client, by what it is for. */
const features: Readonly<Record<string, string>> = {
  "dates, bytes and all other conversions": `export { conversions } from "@trunkline/core/stripped";`,
  "streams that the page sends": `export { upstreams } from "@trunkline/core/stripped";`,
  "a cache": `export { queryCache } from "@trunkline/client";`,
  "being called, with a contract that is whole": `export { implement } from "@trunkline/client";
export { defineContract, mutation, query, subscription } from "@trunkline/core";`,
};

async function brotliBytes(imports: string, isStripped = true): Promise<number> {
  const text = `import { createClient, safe } from "@trunkline/client";
import { guestbook } from ${JSON.stringify(contract)};
globalThis.hello = [createClient(guestbook, { url: "/" }), safe];
${imports}`;
  const entry: Plugin = {
    name: "page",
    resolveId: (id) => (id === page ? page : undefined),
    load: (id) => (id === page ? text : undefined),
  };
  const built = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: [source, ...defaultClientConditions] },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: page, preserveEntrySignatures: "strict" },
    },
    plugins: [
      entry,
      ...(isStripped ? [stripContracts({ contracts: [contract], conditions: [source] }) as Plugin] : []),
    ],
  });
  const { output } = built as Rolldown.RolldownOutput;
  const code = output.map((part) => (part.type === "chunk" ? part.code : "")).join("");
  return brotliCompressSync(code).byteLength;
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const row = (what: string, size: string): void => console.log(`${what.padEnd(48)}${size.padStart(10)}`);

const smallest = await brotliBytes("");
row("a client of a stripped contract of plain JSON", kB(smallest));
for (const [what, imports] of Object.entries(features)) row(what, `+${kB((await brotliBytes(imports)) - smallest)}`);
row("all of it", kB(await brotliBytes(Object.values(features).join("\n"))));
row("a client of the whole contract, with zod", kB(await brotliBytes("", false)));

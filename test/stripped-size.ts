/** What a page loads of Trunkline, with the contract of examples/hello whole and stripped: `npm run size`. */
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import stripContracts from "@trunkline/strip/vite";
import { build, defaultClientConditions, type Plugin, type Rolldown } from "vite";

const contract = fileURLToPath(new URL("../examples/hello/contract.ts", import.meta.url));
const source = "@trunkline/source";
const text = `import { createClient, safe } from "@trunkline/client";
import { guestbook } from ${JSON.stringify(contract)};
globalThis.hello = [createClient(guestbook, { url: "/" }), safe];`;
const page: Plugin = {
  name: "page",
  resolveId: (id) => (id === "page" ? fileURLToPath(new URL("page.js", import.meta.url)) : undefined),
  load: (id) => (id.endsWith("test/page.js") ? text : undefined),
};

async function size(plugins: Plugin[]): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: [source, ...defaultClientConditions] },
    build: { write: false, target: "es2022", modulePreload: false, rolldownOptions: { input: "page" } },
    plugins: [page, ...plugins],
  });
  const { output } = built as Rolldown.RolldownOutput;
  const code = output.map((part) => (part.type === "chunk" ? part.code : "")).join("");
  return `${(brotliCompressSync(code).byteLength / 1000).toFixed(1)} kB`;
}

const whole = await size([]);
const stripped = await size([stripContracts({ contracts: [contract], conditions: [source] }) as Plugin]);
console.log(`client and contract, minified and compressed with brotli: ${whole}, stripped ${stripped}`);

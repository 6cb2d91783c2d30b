import { fileURLToPath } from "node:url";
import stripContracts from "@trunkline/strip/vite";
import { defaultClientConditions, defineConfig } from "vite";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The page is built from the sources of the packages: nothing else has to be built first. */
const source = "@trunkline/source";

export default defineConfig({
  root: folder("src/page"),
  base: "./",
  logLevel: "warn",
  // The page validates nothing, so that it loads the contract without its schemas.
  plugins: [stripContracts({ contracts: [folder("src/contract.ts")], conditions: [source] })],
  resolve: { conditions: [source, ...defaultClientConditions] },
  // Nothing inline: the server's content security policy has `script-src 'self'`.
  build: { outDir: folder("dist"), emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: false },
});

import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The page is built from the sources of the packages: nothing else has to be built first.
export default defineConfig({
  root: folder("src/page"),
  base: "./",
  logLevel: "warn",
  resolve: { conditions: ["@trunkline/source", ...defaultClientConditions] },
  // Nothing inline: the server's content security policy has `script-src 'self'`.
  build: { outDir: folder("dist"), emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: false },
});

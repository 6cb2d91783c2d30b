import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The page is built from the sources of the packages: nothing else has to be built first.
export default defineConfig({
  root: folder("page"),
  base: "./",
  logLevel: "warn",
  resolve: { conditions: ["@trunkline/source", ...defaultClientConditions] },
  build: { outDir: folder("dist"), emptyOutDir: true, target: "es2022", modulePreload: false },
});

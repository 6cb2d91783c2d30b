import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/vite.ts", "src/rollup.ts", "src/esbuild.ts", "src/webpack.ts", "src/cli.ts"],
  // Every Node we support can require() it, and what it is built on has no other form.
  format: ["esm"],
  target: "es2022",
  dts: true,
  sourcemap: true,
  clean: true,
});

import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    internal: "src/internal.ts",
    stripped: "src/stripped.ts",
    "simulation/index": "src/simulation/index.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  tsconfig: "tsconfig.build.json",
  // The subpaths share one copy of every class, so that `instanceof RpcError` holds whichever of them it came through.
  splitting: true,
  // A project that names its own `lib` may lack this one, and types that are not found are silently `any`.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  clean: true,
});

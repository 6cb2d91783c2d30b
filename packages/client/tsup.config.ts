import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/internal.ts", "src/browser.ts"],
  format: ["esm", "cjs"],
  target: "es2022",
  // A project that names its own `lib` may lack this one, and types that are not found are silently `any`.
  // In a browser it has the types of everywhere.
  dts: { entry: ["src/index.ts", "src/internal.ts"], banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  clean: true,
});

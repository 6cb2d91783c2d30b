import { defineConfig } from "vitest/config";

// Tests run on the sources of every package: nothing has to be built first.
const conditions = ["@trunkline/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts", "examples/*/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
  },
});

/** The plugin, for every bundler: where a client's bundle loads a contract module, it gets the stripped one. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { createUnplugin, type UnpluginInstance } from "unplugin";
import { type ReadOptions, readContractModule } from "./contract-module.js";
import { strippedCode } from "./stripped-module.js";

/** Options of the plugin. */
export interface StripOptions extends ReadOptions {
  /**
   * The modules whose contracts are stripped: files with their extension, absolute or from the working directory (with
   * vite too, whatever its `root`), like `src/contract.ts`. A build in which one is not there fails.
   */
  readonly contracts: readonly string[];
}

/** Replaces contract modules with stripped ones. Throws a `TypeError` where none are named. */
export const stripContracts: UnpluginInstance<StripOptions, false> = createUnplugin((options) => {
  const { contracts } = options;
  if (!Array.isArray(contracts) || contracts.length === 0) {
    throw new TypeError(
      `stripContracts: expected the names of contract modules, like { contracts: ["src/contract.ts"] }`,
    );
  }
  const wanted = new Set(contracts.map((path: string) => comparable(resolve(path))));
  return {
    name: "trunkline-strip",
    enforce: "pre",
    buildStart: () => mustExist(contracts),
    loadInclude: (id) => wanted.has(comparable(id)),
    async load(id) {
      const module = await readContractModule(resolve(withoutQuery(id)), options);
      for (const file of module.files) this.addWatchFile(file);
      return { code: strippedCode(module), map: null };
    },
    // What runs on a server needs the validators.
    vite: { applyToEnvironment: ({ config }) => config.consumer === "client" },
    // What was loaded in place of a .ts file is plain JavaScript.
    esbuild: { loader: "js" },
  };
});

/** A path that leads nowhere would strip nothing, in silence. */
function mustExist(contracts: readonly string[]): void {
  const missing = contracts.filter((path) => statSync(resolve(path), { throwIfNoEntry: false })?.isFile() !== true);
  if (missing.length === 0) return;
  const sought = missing.map((path) => `${JSON.stringify(path)}, which is ${resolve(path)}`).join("; ");
  throw new Error(
    `stripContracts: no such file: ${sought}. Paths of contracts are from the working directory, ${process.cwd()}`,
  );
}

const withoutQuery = (id: string): string => id.replace(/\?.*$/, "");
/** Bundlers write paths with slashes on every platform. */
const comparable = (id: string): string => withoutQuery(id).replaceAll("\\", "/");

/**
 * Two builds of the same programs, from the sources: one as it is, and one of which sessions and credit are taken out. What
 * is left of a session are the numbers in the envelope, which nobody looks at: nothing sent is kept, and nothing is
 * acknowledged but what rides along.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";

/** A file of core's machine → what stands in its place. `here`: the folder of the benchmarks. */
const changes: Readonly<Record<string, (source: string, here: string) => string>> = {
  "outbox.ts": (_, here) => readFileSync(join(here, "src/cost/outbox.ts"), "utf8"),
  "credit.ts": (_, here) => readFileSync(join(here, "src/cost/credit.ts"), "utf8"),
  "receiving.ts": (source) => {
    const changed = source.replace(/const (ACK_\w+) = [^;]+;/g, "const $1 = Infinity;");
    if (changed === source) throw new Error("what says when to acknowledge stands elsewhere now");
    return changed;
  },
};

/** Builds the programs of both ends into `outdir`, from our sources; all else is loaded as it was installed. */
export async function buildFrom(here: string, outdir: string, { isBare }: { readonly isBare: boolean }): Promise<void> {
  const applied = new Set<string>();
  const sources: Plugin = {
    name: "sources",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        path.startsWith("@trunkline/") || kind === "entry-point" ? undefined : { path, external: true },
      );
      onLoad({ filter: /packages.core.src.machine.[\w-]+\.ts$/ }, ({ path }) => {
        const change = isBare ? changes[basename(path)] : undefined;
        if (change === undefined) return undefined;
        applied.add(basename(path));
        return { contents: change(readFileSync(path, "utf8"), here), loader: "ts", resolveDir: dirname(path) };
      });
    },
  };
  await build({
    absWorkingDir: here,
    entryPoints: ["src/process/server.ts", "src/process/client.ts"],
    outdir: join(here, "dist", outdir),
    bundle: true,
    splitting: true,
    conditions: ["@trunkline/source"],
    plugins: [sources],
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  const missed = isBare ? Object.keys(changes).filter((file) => !applied.has(file)) : [];
  if (missed.length > 0) throw new Error(`found no ${missed.join(", ")} to take out`);
}

/**
 * Two builds of the same programs, from the sources: one as it is, and one of which sessions and credit are taken out. What
 * is left of a session are the numbers in the envelope, which nobody looks at: nothing sent is kept, and nothing is
 * acknowledged but what rides along.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";

/** A file of core's machine → what stands in its place. */
type Change = (source: string) => string;

const changes: Readonly<Record<string, Change>> = {
  "outbox.ts": () => outbox,
  "credit.ts": () => credit,
  "receiving.ts": (source) => {
    const changed = source.replace(/const (ACK_\w+) = [^;]+;/g, "const $1 = Infinity;");
    if (changed === source) throw new Error("what says when to acknowledge stands elsewhere now");
    return changed;
  },
};

const outbox = `
  export class Outbox {
    sent = 0;
    acknowledged = 0;
    size = 0;
    push() { this.sent++; }
    acknowledge(count) { this.acknowledged = count; return true; }
    at() { throw new Error("nothing is kept"); }
    clear() { this.sent = 0; }
  }`;

const credit = `
  export class CreditWindow {
    mark = 0;
    arrived = 0;
    constructor(size, most) { this.most = most; }
    open() { return this.most; }
    arrive() { return true; }
    admit() {}
    consume() { return undefined; }
  }
  export class CreditBalance {
    available = true;
    left = Infinity;
    spend() {}
    rewind() { return true; }
    raise() { return true; }
  }`;

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
        return { contents: change(readFileSync(path, "utf8")), loader: "ts", resolveDir: dirname(path) };
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

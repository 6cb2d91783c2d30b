/**
 * Runs one of the benchmarks: installs what it compares with (once), builds our packages into the form that is published,
 * translates the benchmarks to JavaScript, and hands over. It needs nothing but Node and npm.
 *
 *     node benchmarks/run.mjs <bench | chaos | growth | types | bundle | guard> [options]
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..");
const commands = readdirSync(join(here, "src"), { withFileTypes: true });
const names = commands.filter((entry) => entry.isFile()).map(({ name }) => name.replace(/\.ts$/, ""));

const [command = "", ...options] = process.argv.slice(2);
if (!names.includes(command)) {
  console.error(`expected one of ${names.join(", ")}, not "${command}"`);
  process.exit(1);
}

/** Ends the program where a step fails. What a step has to say is shown only then. */
function step(title, file, args, cwd) {
  process.stderr.write(`${title} …\n`);
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  process.exit(status ?? 1);
}

/** An installation is as good as the lockfile it was made from, of which a copy is left in it. */
const lockfile = join(here, "package-lock.json");
const madeFrom = join(here, "node_modules", ".made-from.json");
const installed = existsSync(madeFrom) && readFileSync(madeFrom, "utf8") === readFileSync(lockfile, "utf8");

if (!existsSync(join(root, "node_modules"))) step("installing the repository", "npm", ["ci"], root);
if (!installed) {
  step("installing the peers", "npm", ["ci", "--ignore-scripts"], here);
  copyFileSync(lockfile, madeFrom);
}
step("building the packages", "npm", ["run", "build", "--", "--filter=./packages/*"], root);

// Bundled so that a process starts with few files; what is measured stays outside, as it was published.
const { build } = await import("esbuild");
rmSync(join(here, "dist"), { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: [...names.map((name) => `src/${name}.ts`), "src/process/server.ts", "src/process/client.ts"],
  outdir: "dist",
  outbase: "src",
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
});

const run = spawnSync(process.execPath, [join(here, "dist", `${command}.js`), ...options], {
  cwd: here,
  stdio: "inherit",
});
process.exitCode = run.status ?? 1;

/**
 * `npm run bench:types`: what types cost the compiler. The same application of 100, 500 and 2,000 procedures in each
 * framework is checked by each compiler, over published types. Instantiations are the same on every machine; time is not.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lines, type Point } from "./report/chart.js";
import { versionOf } from "./report/environment.js";
import { readOptions } from "./report/options.js";
import { progress } from "./report/rounds.js";
import { keep, picture, quote } from "./report/store.js";
import { asMarkdown, asText } from "./report/table.js";
import { applications } from "./types/applications.js";

const SIZES = [100, 500, 2_000];
const compilers = ["typescript", "typescript-7"];
/** Framework → the package whose version is told. */
const packages: Readonly<Record<string, string>> = {
  trunkline: "@trunkline/server",
  trpc: "@trpc/server",
  orpc: "@orpc/server",
};

interface Reading {
  readonly framework: string;
  readonly compiler: string;
  readonly procedures: number;
  readonly instantiations: number;
  readonly checkSeconds: number;
  readonly memoryBytes: number;
}

/** In here the packages are found as a user's program finds them. */
const folder = fileURLToPath(new URL("../types/", import.meta.url));
const { write, only } = readOptions({ rounds: 1, seconds: 1 });
const sizes = only.length === 0 ? SIZES : only.map(Number);

const readings: Reading[] = [];
for (const procedures of sizes) {
  for (const [framework, application] of Object.entries(applications)) {
    lay(application(procedures));
    for (const compiler of compilers) {
      progress(`${framework}, ${procedures} procedures, ${compiler}`);
      readings.push({ framework, compiler, procedures, ...check(compiler) });
    }
  }
}
rmSync(folder, { recursive: true });
progress("");

const names = Object.keys(applications);
const of = (framework: string, compiler: string, procedures: number) =>
  readings.find((one) => one.framework === framework && one.compiler === compiler && one.procedures === procedures);
const cell = (reading: Reading | undefined) =>
  reading ? `${Math.round(reading.instantiations / 1_000)} k, ${reading.checkSeconds.toFixed(2)} s` : "–";
const table = [
  ["procedures", ...names.flatMap((name) => compilers.map((compiler) => `${name}, TypeScript ${versionOf(compiler)}`))],
  ...sizes.map((size) => [
    String(size),
    ...names.flatMap((name) => compilers.map((compiler) => cell(of(name, compiler, size)))),
  ]),
];
const about = `Instantiations, and the time of checking. ${names.map((name) => `${name} ${versionOf(packages[name] ?? name)}`).join(", ")}.`;
console.log(`${asText(table)}\n\n${about}`);
keep("types", { readings }, { quoted: write });
if (write) {
  const points = readings
    .filter(({ compiler }) => compiler === compilers[0])
    .map(
      ({ framework, procedures, instantiations }): Point => ({ series: framework, x: procedures, y: instantiations }),
    );
  const title = `instantiations, TypeScript ${versionOf(compilers[0] ?? "")}`;
  const chart = await lines(title, ["procedures", "instantiations"], points);
  quote("types", [asMarkdown(table), about, picture("types", title, chart)].join("\n\n"));
}

/** Writes an application, and the settings it is checked with: strict, and without the types of packages themselves. */
function lay(files: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: "ES2022",
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    types: ["node"],
  };
  const written = { ...files, "tsconfig.json": JSON.stringify({ compilerOptions, include: ["*.ts"] }) };
  for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
}

/** @throws Error for an application with a mistake: its figures would mean nothing. */
function check(compiler: string): Pick<Reading, "instantiations" | "checkSeconds" | "memoryBytes"> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve(`${compiler}/package.json`)), "bin", "tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder, "--extendedDiagnostics"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${compiler} finds mistakes:\n${stdout.slice(0, 2_000)}`);
  const figure = (label: string) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1]);
  return {
    instantiations: figure("Instantiations"),
    checkSeconds: figure("Check time"),
    memoryBytes: figure("Memory used") * 1_024,
  };
}

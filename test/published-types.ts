/**
 * The types as they are published, in a project with as little as possible: DOM, no Node types, `skipLibCheck`. What is not found is
 * `any` there, silently, so a wrong call must still be an error. Run after a build: part of `npm run check`.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = mkdtempSync(join(tmpdir(), "trunkline-types-"));
symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(folder, "node_modules"));

const program = (name: string, body: string) => {
  const file = join(folder, `${name}.ts`);
  const head = `import { createClient } from "@trunkline/client";
import { defineContract, query } from "@trunkline/core";
import { z } from "zod";
const api = defineContract({ add: query({ input: z.object({ a: z.number() }), output: z.number() }) });
const client = createClient(api, { url: "wss://example.com" });
`;
  writeFileSync(file, head + body);
  return file;
};

const wrong = ['client.add({ a: "one" });', "client.nope();", "client.add({ a: 1 }).then((n) => n.toUpperCase());"];
const files = [
  program("right", "client.add({ a: 1 }).then((n) => n.toFixed());"),
  ...wrong.map((text, i) => program(`wrong${i}`, text)),
];

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

const found = files.map((file) => ts.getPreEmitDiagnostics(ts.createProgram([file], options)).length);
rmSync(folder, { recursive: true });
const holds = found[0] === 0 && found.slice(1).every((errors) => errors > 0);
console.log(
  `published types: ${holds ? "ok" : "failed"}, errors of the right program ${found[0]}, of the wrong ones ${found.slice(1).join(", ")}`,
);
if (!holds) process.exitCode = 1;

/** The command: writes the stripped module of a contract module beside it, with its declarations. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type ContractModule, readContractModule } from "./contract-module.js";
import { strippedCode, strippedTypes } from "./stripped-module.js";

export const usage = `usage: trunkline-strip <contract module> [--out file] [--export name] [--condition name]

  --out file        what to write, ending in .js or .mjs; declarations stand beside it. Default: <module>.stripped.js
  --export name     only this contract. Default: all that the module exports
  --condition name  resolve imports under this condition too; may be repeated`;

/** Runs the command with these arguments. Returns the files written. Throws an `Error` that says what is wrong. */
export async function strip(args: readonly string[]): Promise<readonly string[]> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: "string" },
      export: { type: "string" },
      condition: { type: "string", multiple: true },
    },
  });
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0) throw new Error(`expected one contract module\n\n${usage}`);
  const path = resolve(given);
  const out = resolve(values.out ?? join(dirname(path), `${basename(path, extname(path))}.stripped.js`));
  if (!/\.m?js$/.test(out)) throw new Error(`--out: expected a file that ends in .js or .mjs, but came ${values.out}`);
  if (out === path) throw new Error(`--out: expected another file than the contract module itself`);
  const found = await readContractModule(path, { conditions: values.condition });
  const module = values.export === undefined ? found : only(found, values.export, given);
  const types = out.replace(/js$/, "d.ts").replace(/\.md\.ts$/, ".d.mts");
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, strippedCode(module));
  await writeFile(types, strippedTypes(module, importable(dirname(out), path)));
  return [out, types];
}

function only(module: ContractModule, name: string, path: string): ContractModule {
  const contract = module.contracts.get(name);
  if (contract !== undefined) return { ...module, contracts: new Map([[name, contract]]), constants: new Map() };
  const names = [...module.contracts.keys()].join(", ");
  throw new Error(`${path}: expected a contract that is exported as ${name}, but it exports ${names}`);
}

/** How a module in this folder imports a file: with the extension that the file has once it is compiled. */
function importable(folder: string, path: string): string {
  const way = relative(folder, path).replaceAll("\\", "/");
  const compiled = way.replace(/\.([mc]?)tsx?$/, ".$1js");
  return compiled.startsWith(".") ? compiled : `./${compiled}`;
}

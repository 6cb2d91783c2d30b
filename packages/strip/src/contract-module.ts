/**
 * A contract module, run as it stands at build time, TypeScript or not: bundled with everything it imports, and evaluated
 * here. Nothing is written to disk, and nothing stays loaded. A contract that both ends share runs anywhere.
 */
import { createRequire } from "node:module";
import { basename, relative, resolve } from "node:path";
import { compileFunction } from "node:vm";
import { isContract } from "@trunkline/core/internal";
import { type ContractDescription, describeContract } from "@trunkline/core/stripped";
import { build, type Message } from "esbuild";

/** What a stripped module can carry of a contract module. */
export interface ContractModule {
  /** By the name of the export. */
  readonly contracts: ReadonlyMap<string, ContractDescription>;
  readonly constants: ReadonlyMap<string, Constant>;
  /** The files that were read, absolute: a change in one of them may change the contract. */
  readonly files: readonly string[];
}

type Constant = string | number | boolean;

/** How a contract module is read. */
export interface ReadOptions {
  /** The conditions under which imports are resolved, beside `import` and `node`. */
  readonly conditions?: readonly string[] | undefined;
}

/** Runs a contract module. Rejects with an `Error` that names the file, whatever is wrong with it. */
export async function readContractModule(path: string, options: ReadOptions = {}): Promise<ContractModule> {
  const { code, files } = await bundle(path, options);
  const contracts = new Map<string, ContractDescription>();
  const constants = new Map<string, Constant>();
  for (const [name, value] of Object.entries(evaluate(path, code))) {
    if (!isName(name)) continue;
    if (isContract(value)) contracts.set(name, described(path, name, value));
    else if (isConstant(value)) constants.set(name, value);
  }
  if (contracts.size === 0) throw fault(path, "expected an export made by defineContract(), but found none");
  return { contracts, constants, files };
}

async function bundle(path: string, { conditions = [] }: ReadOptions): Promise<{ code: string; files: string[] }> {
  const built = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    platform: "node",
    mainFields: ["module", "main"],
    // esbuild leaves `module` out where conditions are named, so it is named too.
    conditions: ["module", ...conditions],
    logLevel: "silent",
  }).catch((cause: { readonly errors?: readonly Message[] }) => {
    throw fault(path, cause.errors?.map(sentence).join("; ") ?? String(cause), cause);
  });
  const files = Object.keys(built.metafile.inputs).map((file) => resolve(file));
  return { code: built.outputFiles[0]!.text, files };
}

const sentence = ({ text, location }: Message): string =>
  location === null ? text : `${location.file}:${location.line}: ${text}`;

function evaluate(path: string, code: string): object {
  const module = { exports: {} };
  try {
    const run = compileFunction(code, ["module", "exports", "require"], { filename: `${path} (bundled)` });
    run(module, module.exports, createRequire(path));
  } catch (cause) {
    throw fault(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return module.exports;
}

function described(path: string, name: string, contract: object): ContractDescription {
  try {
    return describeContract(contract);
  } catch (cause) {
    throw fault(path, `${name}: ${(cause as Error).message}`, cause);
  }
}

const isName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__esModule";

const isConstant = (value: unknown): value is Constant =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);

/** Named as people see it: the way from here. */
function fault(path: string, message: string, cause?: unknown): Error {
  const shown = relative(process.cwd(), path);
  return new Error(`${shown.startsWith("..") ? basename(path) : shown}: ${message}`, { cause });
}

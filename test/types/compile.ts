/**
 * The compiler on files that exist in memory only, placed in this folder so that they find the packages of the
 * repository. What is counted is what the compiler works out for these files, as it would over published types.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export interface Compilation {
  /** How often the compiler put types in place of type parameters: the same on every machine, unlike its time. */
  readonly instantiations: number;
  /** One line per mistake. */
  readonly errors: readonly string[];
}

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

/** The files on disk, which do not change between two compilations. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Checks the files together. */
export function compile(files: Readonly<Record<string, string>>): Compilation {
  const texts = new Map(Object.entries(files).map(([name, text]) => [join(here, name), text]));
  const options = readOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, language);
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, language, ...rest));
    return parsed.get(path);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  const found = [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return { instantiations: program.getInstantiationCount(), errors: found.map(lineOf) };
}

/** As the repository is checked. */
export function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (path) => ts.sys.readFile(path));
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, types: ["node"] };
}

const lineOf = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, "\n");

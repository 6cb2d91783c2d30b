/**
 * What a source file says, as the laws of the house need to know it: what it imports, and which names it uses as code.
 * Comments and strings never count, because the compiler's own parser reads the file.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";

export interface Import {
  readonly specifier: string;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Every name and promise keyword, and `object.name` for each member of a plain name. */
  readonly words: ReadonlySet<string>;
  /** The names that are not members of something else: `setTimeout`, but not that of `socket.setTimeout`. */
  readonly globals: ReadonlySet<string>;
}

/** Tests and type tests: exempt from the laws about what ships. */
export const isTest = (path: string): boolean => /\.test(-d)?\.tsx?$/.test(path);

/** `core` for `packages/core/src/clock.ts`, undefined outside `packages/`. */
export const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\/src\//.exec(path)?.[1];

export function parseSource(path: string, text: string): Source {
  const imports: Import[] = [];
  const words = new Set<string>();
  const globals = new Set<string>();
  const visit = (node: ts.Node): void => {
    const found = importIn(node);
    if (found) imports.push(found);
    if (ts.isIdentifier(node)) {
      words.add(node.text);
      if (!isMemberName(node)) globals.add(node.text);
    }
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      words.add(`${node.expression.text}.${node.name.text}`);
    }
    if (node.kind === ts.SyntaxKind.AsyncKeyword) words.add("async");
    if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AwaitKeyword) words.add("await");
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return { path, imports, words, globals };
}

/** Static, re-exporting, dynamic, `require`, `import x = require()` and `import("x").Type`: all of them reach a file. */
function importIn(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeOnlyClause(node.importClause));
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly || areTypes(node.exportClause));
  if (ts.isExternalModuleReference(node)) return named(node.expression, false);
  if (ts.isImportTypeNode(node)) return named(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node, true);
  if (ts.isCallExpression(node) && isLoader(node.expression)) return named(node.arguments[0], false);
  return undefined;
}

const named = (node: ts.Node | undefined, typeOnly: boolean): Import | undefined =>
  node && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : undefined;

const isLoader = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");

const isTypeOnlyClause = (clause: ts.ImportClause | undefined): boolean =>
  clause !== undefined && (clause.isTypeOnly || (clause.name === undefined && areTypes(clause.namedBindings)));

function areTypes(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (!bindings || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return false;
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = [...bindings.elements];
  return elements.length > 0 && elements.every((element) => element.isTypeOnly);
}

/** The `b` of `a.b`, unless `a` is the global object, and the names of declared members. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return !(ts.isIdentifier(parent.expression) && /^(globalThis|window|self|global)$/.test(parent.expression.text));
  }
  return (
    (ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isPropertyAssignment(parent)) && parent.name === node
  );
}

/** Every TypeScript file of the packages' sources, the journeys, the examples and the benchmarks. */
export function readSources(root: string): Source[] {
  const folders = [
    ...children(root, "packages").map((name) => `packages/${name}/src`),
    "test",
    "examples",
    "benchmarks",
  ];
  return folders.flatMap((folder) => filesUnder(root, folder)).map((path) => parseSource(path, read(root, path)));
}

/** The doors of each package, by the name others import: `@trunkline/core/internal` → `packages/core/src/internal.ts`. */
export function readDoors(root: string): Map<string, string> {
  const doors = new Map<string, string>();
  for (const folder of children(root, "packages")) {
    const manifest = JSON.parse(read(root, `packages/${folder}/package.json`)) as Manifest;
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      if (typeof target === "string") continue;
      doors.set(posix.join(manifest.name, subpath), posix.join("packages", folder, target["@trunkline/source"]));
    }
  }
  return doors;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly "@trunkline/source": string }>>;
}

const read = (root: string, path: string): string => readFileSync(posix.join(root, path), "utf8");

const children = (root: string, folder: string): string[] =>
  existsSync(posix.join(root, folder)) ? readdirSync(posix.join(root, folder)).sort() : [];

function filesUnder(root: string, folder: string): string[] {
  if (!existsSync(posix.join(root, folder))) return [];
  const entries = readdirSync(posix.join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : filesUnder(root, path);
    return /(?<!\.d)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/**
 * Tables of options, made of the interfaces and classes that declare them: what a comment says of a member, and its default. A page has
 * a table where it names the file and the interfaces, and the members if not all of them are meant:
 * `<!-- packages/core/src/protocol/limits.ts Limits: calls, resumeMs -->`.
 */
import { readFileSync } from "node:fs";
import { defaultLimits } from "@trunkline/core";
import ts from "typescript";

const root = new URL("../", import.meta.url);
const marked = /<!-- (packages\/\S+\.ts) ([A-Z]\w*(?: [A-Z]\w*)*)(?:: ([\w, ]+))? -->(?:\n(?:\n\|[^\n]*)+)?/g;

/** The page with its tables as they should be. */
export function withOptionTables(page: string): string {
  return page.replace(marked, (whole: string, file: string, names: string, members: string | undefined) => {
    const [marker = ""] = whole.split("\n");
    return `${marker}\n\n${optionTable(file, names.split(" "), members?.split(", "))}`;
  });
}

interface Option {
  readonly name: string;
  readonly text: string;
  readonly byDefault: string;
}

function optionTable(file: string, names: readonly string[], only?: readonly string[]): string {
  const options = names.flatMap((name) => optionsOf(file, name));
  const shown = only?.map((name) => options.find((option) => option.name === name) ?? unknown(file, name)) ?? options;
  const hasDefaults = shown.some(({ byDefault }) => byDefault !== "");
  const line = (...cells: string[]) => `| ${(hasDefaults ? cells : cells.slice(0, 2)).join(" | ")} |`;
  const rows = shown.map(({ name, text, byDefault }) => line(`\`${name}\``, text, byDefault));
  return [line("", "", "default"), line("---", "---", "---"), ...rows].join("\n");
}

function unknown(file: string, name: string): never {
  throw new Error(`${file} declares no ${name}`);
}

function optionsOf(file: string, name: string): Option[] {
  const source = ts.createSourceFile(file, readFileSync(new URL(file, root), "utf8"), ts.ScriptTarget.Latest, true);
  const declared = source.statements
    .filter((node) => ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))
    .find((node) => node.name?.text === name);
  return (declared ?? unknown(file, name)).members.flatMap((member) => {
    const [comment] = ts.getJSDocCommentsAndTags(member);
    const said = ts.getTextOfJSDocComment((comment as ts.JSDoc | undefined)?.comment);
    const own = member.name?.getText(source) ?? "";
    if (!/^\w+$/.test(own)) return []; // a symbol, a private member, or a constructor
    if (said === undefined) throw new Error(`${file}: ${name}.${own} has no comment to show`);
    return [optionOf(name, own, said)];
  });
}

const DEFAULT = /(?:^|(?<=\. ))(?:Default:?|Absent:) (.+?)\.(?: |$)/;

function optionOf(of: string, name: string, said: string): Option {
  const told = said
    .replace(/\s+/g, " ")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll("|", "\\|");
  const limit = of === "Limits" ? defaultLimits[name as keyof typeof defaultLimits].toLocaleString("en") : undefined;
  const byDefault = limit ?? DEFAULT.exec(told)?.[1] ?? "";
  const text = told.replace(DEFAULT, "").trim();
  if (text === "") throw new Error(`the comment of ${of}.${name} has a default, and does not say of what`);
  return { name, text, byDefault };
}

/** Where figures go: the latest of each command, and those that documents quote, which are kept in the repository. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const results = new URL("benchmarks/results/", root);
const pictures = new URL("docs/performance/", root);

/** Writes the figures of a run; `quoted` says that the documents are about to quote them. */
export function keep(command: string, figures: object, { quoted }: { quoted: boolean }): void {
  mkdirSync(results, { recursive: true });
  const text = `${JSON.stringify(figures, brief, 2)}\n`;
  writeFileSync(new URL(`latest-${command}.json`, results), text);
  if (quoted) writeFileSync(new URL(`${command}.json`, results), text);
}

/** Puts text between `<!-- name -->` and `<!-- /name -->` of a page of docs/. */
export function quote(name: string, text: string, pageName = "performance"): void {
  const guide = new URL(`docs/${pageName}.md`, root);
  const page = readFileSync(guide, "utf8");
  const block = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!block.test(page)) throw new Error(`docs/${pageName}.md has no block ${name}`);
  writeFileSync(
    guide,
    page.replace(block, (_, open: string, close: string) => `${open}${text.trimEnd()}\n${close}`),
  );
}

/** Writes a picture beside the guide; returns the Markdown that shows it. */
export function picture(name: string, alt: string, svg: string): string {
  mkdirSync(pictures, { recursive: true });
  writeFileSync(new URL(`${name}.svg`, pictures), `${svg}\n`);
  return `![${alt}](performance/${name}.svg)`;
}

/** Four digits say all that is known. */
const brief = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);

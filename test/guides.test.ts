/** What the guides and the packages' pages say and the repository has: it must be the same. `UPDATE_DOCS=1` renews what they quote. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withOptionTables } from "./option-table.js";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const list = (folder: string) => readdirSync(new URL(folder, root));
const pages = [
  ...list("docs/").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
  ...list("packages/").map((name) => `packages/${name}/README.md`),
];

/** A file that is quoted, and the quote below its name. */
const quoted = /<!-- (test\/guides\/[\w/.-]+\.(\w+)) -->(?:\n```\w+\n[\s\S]*?\n```)?/g;
const languages: Readonly<Record<string, string>> = { conf: "nginx", cfg: "haproxy" };
const renewed = (text: string) =>
  withOptionTables(text).replace(quoted, (_, file: string, extension: string) => {
    return `<!-- ${file} -->\n\`\`\`${languages[extension] ?? extension}\n${read(file).trimEnd()}\n\`\`\``;
  });

/** As GitHub makes them of headings. */
const anchors = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** How the packages' pages, which stand on npm too, name what stands here. */
const REPOSITORY = /https:\/\/github\.com\/trunkline\/trunkline\/(?:blob|tree)\/main\//g;

const prose = (text: string) => text.replace(/```[\s\S]*?```/g, "");

describe.each(pages)("%s", (page) => {
  it("quotes what the tests run, and options as they are declared", () => {
    const text = read(page);
    // biome-ignore lint/suspicious/noUndeclaredEnvVars: set by hand, never by a task
    if (process.env.UPDATE_DOCS === "1") writeFileSync(new URL(page, root), renewed(text));
    else expect(text).toBe(renewed(text));
  });

  it("links to what is there", () => {
    const local = prose(read(page)).replaceAll(REPOSITORY, "../../");
    const links = [...local.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, path = "", anchor]) => {
      const target = new URL(path === "" ? page : path, path === "" ? root : new URL(page, root));
      if (!existsSync(target)) return true;
      if (anchor === undefined || anchor === "readme") return false;
      const text = readFileSync(path.endsWith(".md") || path === "" ? target : new URL(`${target}/README.md`), "utf8");
      return !anchors(text).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it("names commands that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(commands.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

it("every guide is quoted from, or has nothing to quote", () => {
  const files = pages.flatMap((page) => [...read(page).matchAll(quoted)].map(([, file = ""]) => file));
  const folders = new Set(files.map((file) => file.split("/")[2]));
  expect([...folders].sort()).toEqual(list("test/guides/").sort());
});

/** What the README says and the repository has: it must be the same. `UPDATE_DOCS=1` renews the code it quotes. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const quote = (file: string) => `<!-- ${file} -->\n\`\`\`ts\n${read(file).trimEnd()}\n\`\`\``;
const quoted = /<!-- (examples\/[\w/.-]+) -->\n```ts\n[\s\S]*?\n```/g;

// biome-ignore lint/suspicious/noUndeclaredEnvVars: set by hand, never by a task
if (process.env.UPDATE_DOCS === "1") {
  writeFileSync(
    new URL("README.md", root),
    read("README.md").replace(quoted, (_, file: string) => quote(file)),
  );
}
const page = read("README.md");

describe("the README", () => {
  it("quotes the hello example as it is", () => {
    const quotes = [...page.matchAll(quoted)];
    expect(quotes.map(([, file]) => file)).toEqual(
      ["contract", "server", "client"].map((name) => `examples/hello/${name}.ts`),
    );
    for (const [text, file = ""] of quotes) expect(text).toBe(quote(file));
  });

  it("links to what is there", () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it("names commands that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [...page.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = ""]) => name);
    const own = commands.filter((name) => !["ci", "install", "pack"].includes(name));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it("packs the packages that it names, each of which has the version that npm asks for", () => {
    const [, folder = ""] = /npm pack -w (\w+)`/.exec(page) ?? [];
    const packed = readdirSync(new URL(`${folder}/`, root)).map(
      (name) => JSON.parse(read(`${folder}/${name}/package.json`)) as { name: string; version?: string },
    );
    const [, listed = ""] = /The packages are ([\s\S]*?)\. They/.exec(page) ?? [];
    const names = [...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(packed.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(packed.filter(({ version }) => version === undefined)).toEqual([]);
  });
});

/** What the README says and the repository has: it must be the same. `UPDATE_DOCS=1` renews the code it quotes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
});

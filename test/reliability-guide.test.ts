/** What docs/reliability.md quotes is what the tests run. `UPDATE_DOCS=1` renews it. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const quoted = /<!-- (test\/guides\/[\w/.-]+) -->(?:\n```ts\n[\s\S]*?\n```)?/g;

describe("the guide to reliability", () => {
  it("quotes the code that the tests run", () => {
    const page = read("docs/reliability.md");
    const renewed = page.replace(
      quoted,
      (_, file: string) => `<!-- ${file} -->\n\`\`\`ts\n${read(file).trimEnd()}\n\`\`\``,
    );
    // biome-ignore lint/suspicious/noUndeclaredEnvVars: set by hand, never by a task
    if (process.env.UPDATE_DOCS === "1") writeFileSync(new URL("docs/reliability.md", root), renewed);
    else expect(page).toBe(renewed);
    expect([...page.matchAll(quoted)]).toHaveLength(3);
  });

  it("names commands that exist, and runs that held", () => {
    const page = read("docs/reliability.md");
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(commands.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(commands).toEqual(expect.arrayContaining(["chaos", "chaos:restart", "chaos:slow", "chaos:soak"]));
    expect(page).toContain("lost 0 duplicated 0 reordered 0 unsettled 0");
  });
});

/** What docs/values.md quotes is what the tests run. `UPDATE_DOCS=1` renews it. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const quoted = /<!-- (test\/guides\/[\w/.-]+) -->(?:\n```ts\n[\s\S]*?\n```)?/g;

it("the guide to values quotes the code that the tests run", () => {
  const page = read("docs/values.md");
  const renewed = page.replace(
    quoted,
    (_, file: string) => `<!-- ${file} -->\n\`\`\`ts\n${read(file).trimEnd()}\n\`\`\``,
  );
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: set by hand, never by a task
  if (process.env.UPDATE_DOCS === "1") writeFileSync(new URL("docs/values.md", root), renewed);
  else expect(page).toBe(renewed);
  expect([...page.matchAll(quoted)]).toHaveLength(2);
});

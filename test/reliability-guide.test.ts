/** What docs/reliability.md shows of the runs. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the guide to reliability shows runs that held", () => {
  const page = readFileSync(new URL("../docs/reliability.md", import.meta.url), "utf8");
  const commands = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
  expect(commands).toEqual(expect.arrayContaining(["chaos", "chaos:restart", "chaos:slow", "chaos:soak"]));
  expect(page).toContain("lost 0 duplicated 0 reordered 0 unsettled 0");
});

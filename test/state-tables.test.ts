/**
 * ARCHITECTURE.md shows the state tables of the machines, exactly as they stand at the head of their files.
 * `UPDATE_DOCS=1 npx vitest run test/state-tables.test.ts` writes them anew.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = `${root}ARCHITECTURE.md`;
const [opening, closing] = ["<!-- state tables -->", "<!-- /state tables -->"];

const machines = [
  "packages/core/src/machine/session.ts",
  "packages/core/src/machine/heartbeat.ts",
  "packages/core/src/machine/outgoing-calls.ts",
  "packages/core/src/machine/incoming-calls.ts",
  "packages/core/src/machine/pulled-streams.ts",
  "packages/core/src/machine/joined-streams.ts",
  "packages/core/src/machine/outgoing-upstreams.ts",
  "packages/core/src/machine/incoming-upstreams.ts",
  "packages/client/src/dialer.ts",
  "packages/server/src/handshake.ts",
  "packages/server/src/credentials.ts",
].filter((path) => existsSync(root + path));

/** The table in a file's head comment: a row of cells each, without the rule below the head. */
function tableOf(source: string): string[][] {
  const head = source.slice(0, source.indexOf("*/"));
  const lines = head.split("\n").filter((line) => /^ \* {3}\S.*\|/.test(line));
  const rows = lines.map((line) =>
    line
      .slice(2)
      .split("|")
      .map((cell) => cell.trim()),
  );
  return rows.filter(([first]) => !/^-+$/.test(first ?? ""));
}

function rendered(path: string): string {
  const [head = [], ...rows] = tableOf(readFileSync(root + path, "utf8"));
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map(() => "---");
  const states = rows.map(([state, ...cells]) => [`\`${state}\``, ...cells]);
  return [`### [${path.slice(path.lastIndexOf("/") + 1, -3)}](${path})`, "", ...[head, rule, ...states].map(line)].join(
    "\n",
  );
}

const expected = machines.map(rendered).join("\n\n");

describe("a machine's state table", () => {
  it.each(machines)("stands at the head of %s, with a cell for each state and event", (path) => {
    const [head = [], ...rows] = tableOf(readFileSync(root + path, "utf8"));
    expect(head[0]).toBe("state");
    expect(rows.length).toBeGreaterThan(2);
    expect(new Set(rows.map(([state]) => state)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row).toHaveLength(head.length);
      expect(row).not.toContain("");
    }
  });
});

describe("ARCHITECTURE.md", () => {
  const text = readFileSync(page, "utf8");
  const [start, end] = [text.indexOf(opening) + opening.length, text.indexOf(closing)];

  it("has one place for the state tables", () => {
    expect([text.split(opening).length, text.split(closing).length]).toEqual([2, 2]);
    expect(start).toBeLessThan(end);
  });

  it("shows them as they are", () => {
    // biome-ignore lint/suspicious/noUndeclaredEnvVars: set by hand, never by a task
    if (process.env.UPDATE_DOCS === "1") {
      writeFileSync(page, `${text.slice(0, start)}\n\n${expected}\n\n${text.slice(end)}`);
      return;
    }
    expect(text.slice(start, end).trim(), "run it with UPDATE_DOCS=1, and look at the difference").toBe(expected);
  });
});

/** What PROTOCOL.md and the code both say: it must be the same. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "@trunkline/core";
import { closeCodes, isViolation, op, parse, peerLimits, violations } from "@trunkline/core/internal";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8");

describe("PROTOCOL.md", () => {
  it("has the close codes of the code, each with its reason, its return and its session", () => {
    const rows = rowsOf("7").map(([name, code, reason, comeBack, session]) => {
      return [name, { code: Number(code), reason, comeBack, endsSession: session?.startsWith("ends") }];
    });
    expect(Object.fromEntries(rows)).toEqual(closeCodes);
  });

  it("has the limits of the code, each with its default", () => {
    const rows = rowsOf("8").map(([name, value]) => [bare(name), Number(value?.replaceAll(",", ""))]);
    expect(Object.fromEntries(rows)).toEqual(defaultLimits);
  });

  it("marks the limits that are announced", () => {
    const announced = rowsOf("8").filter(([, , mark]) => mark === "●");
    expect(announced.map(([name]) => bare(name)).sort()).toEqual(Object.keys(peerLimits(defaultLimits)).sort());
  });

  it("has the ops of the code, each with its number in its shape", () => {
    const rows = rowsOf("4");
    expect(Object.fromEntries(rows.map(([number, name]) => [name, Number(number)]))).toEqual(op);
    for (const [number, , , shape] of rows) expect(shape).toMatch(new RegExp(`^\`\\[${number}, id[,\\]]`));
  });

  it("has worked examples that the code can read", () => {
    const lines = [...sectionOf("9").matchAll(/^[CS] {2}(\[.*)$/gm)].map(([, text]) => text ?? "");
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((text) => isViolation(parse(text, defaultLimits)))).toEqual([]);
  });

  it("has every section the code refers to", () => {
    const named = sources().flatMap(sectionsIn);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((section) => sectionOf(section) === "")).toEqual([]);
  });
});

it("every violation that has a sentence is found somewhere", () => {
  const found = sources().flatMap((source) => [...source.matchAll(/violation\("(\w+)"/g)].map(([, name]) => name));
  expect([...new Set(found)].sort()).toEqual(Object.keys(violations).sort());
});

/** The text of every file of core. */
function sources(): string[] {
  const core = fileURLToPath(new URL("../packages/core/src/", import.meta.url));
  const paths = readdirSync(core, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  return paths.map((path) => readFileSync(core + path, "utf8"));
}

/** From a section's heading to the next. Empty if there is no such section. */
function sectionOf(number: string): string {
  const heading = new RegExp(`^#{2,3} ${number.replace(".", "\\.")}\\.? `, "m").exec(page);
  if (heading === null) return "";
  const rest = page.slice(heading.index + heading[0].length);
  const next = /^#{2,3} /m.exec(rest);
  return rest.slice(0, next?.index);
}

/** The cells of a section's first table, without its head. */
function rowsOf(number: string): string[][] {
  const [table = ""] = /(^\|.*\n)+/m.exec(sectionOf(number)) ?? [];
  const rows = table.trimEnd().split("\n").slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `§5.1`, and `PROTOCOL.md sections 5.2 and 5.3`. */
function sectionsIn(source: string): string[] {
  const signs = [...source.matchAll(/§(\d(?:\.\d)?)/g)];
  const words = [...source.matchAll(/PROTOCOL(?:\.md)? sections? ([\d., and]+)/g)];
  return [...signs, ...words].flatMap(([, numbers]) => numbers?.match(/\d(?:\.\d)?/g) ?? []);
}

const bare = (cell = ""): string => cell.replaceAll("`", "");

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { strip } from "./command.js";

const condition = ["--condition", "@trunkline/source"];
const define = 'import { defineContract, query, carried } from "@trunkline/core";\n';

let folder: string;
const at = (name: string) => join(folder, name);

// Below this package, so that what the files import is found.
beforeAll(async () => {
  folder = await mkdtemp(fileURLToPath(new URL("../.command-test-", import.meta.url)));
  await writeFile(
    at("api.mts"),
    `${define}export const LIMIT = 5;\nexport const one = defineContract({ a: query({}) });\nexport default defineContract({ b: query({}) });`,
  );
});

afterAll(() => rm(folder, { recursive: true }));

describe("trunkline-strip", { timeout: 60_000 }, () => {
  it("writes a module and its declarations beside the contract", async () => {
    expect(await strip([at("api.mts"), ...condition])).toEqual([at("api.stripped.js"), at("api.stripped.d.ts")]);
    const code = await readFile(at("api.stripped.js"), "utf8");
    expect(code).toContain("export const LIMIT = 5;");
    expect(code).toMatch(/export const one = .*strippedContract\(\{"version":1,"hash":"[0-9a-f]{16}"/);
    expect(code).toContain("export default ");
    const types = await readFile(at("api.stripped.d.ts"), "utf8");
    expect(types).toContain('export declare const one: typeof import("./api.mjs")["one"];');
    expect(types).toContain('declare const stripped: typeof import("./api.mjs")["default"];');
  });

  it.each([
    ["conversions for a contract that has a plan", "conversions", "output: z.date()"],
    ["upstreams for one whose callers send a stream", "upstreams", "upstream: z.string()"],
  ])("imports %s, and for no other", async (_, feature, definition) => {
    const text = `import { z } from "zod";${define}export const api = defineContract({ a: query({ ${definition} }) });`;
    await writeFile(at(`${feature}.ts`), text);
    await strip([at(`${feature}.ts`), ...condition]);
    const code = await readFile(at(`${feature}.stripped.js`), "utf8");
    const words = [feature, "strippedContract"].sort().join(", ");
    expect(code).toContain(`import { ${words} } from "@trunkline/core/stripped";`);
    expect(code).toContain(`}, { ${feature} });`);
    expect(await readFile(at("api.stripped.js"), "utf8")).not.toContain(feature);
  });

  it("writes one export where it is told, and imports its types from there", async () => {
    const out = at("made/one.mjs");
    expect(await strip([at("api.mts"), "--export", "one", "--out", out, ...condition])).toEqual([
      out,
      at("made/one.d.mts"),
    ]);
    expect(await readFile(out, "utf8")).not.toMatch(/default|LIMIT/);
    expect(await readFile(at("made/one.d.mts"), "utf8")).toContain('import("../api.mjs")["one"]');
  });

  it.each([
    ["what is no program", "export const = 1;", /bad\.ts: .*bad\.ts:1: /],
    ["what throws", 'throw new Error("no database");', /bad\.ts: no database/],
    ["what has no contract", "export const a = 1;", /bad\.ts: expected an export made by defineContract\(\)/],
    [
      "a conversion that is code",
      `${define}const s = carried({ "~standard": {} } as never, { name: "m", encode: String, decode: String });
       export const api = defineContract({ buy: query({ output: s }) });`,
      /bad\.ts: api: contract at buy: .* its output travels by the conversion "m"/,
    ],
  ])("names the file of %s", async (_what, text, message) => {
    await writeFile(at("bad.ts"), text);
    await expect(strip([at("bad.ts"), ...condition])).rejects.toThrow(message);
  });

  it.each([
    ["no module", [], "expected one contract module"],
    ["a file that is no module", ["x.ts", "--out", "x.txt"], "--out: expected a file that ends in .js or .mjs"],
  ])("refuses %s", async (_what, args, message) => {
    await expect(strip(args)).rejects.toThrow(message);
  });

  it("says which contracts there are when it is asked for another", async () => {
    await expect(strip([at("api.mts"), "--export", "two", ...condition])).rejects.toThrow(
      "expected a contract that is exported as two, but it exports",
    );
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import stripEsbuild from "./esbuild.js";
import { stripContracts } from "./plugin.js";
import stripVite from "./vite.js";

const conditions = ["@trunkline/source"];
const contractText = `
import { defineContract, query } from "@trunkline/core";
import { z } from "zod";
import { longest } from "./longest.js";
export const LONGEST: number = longest;
export const shout = (text: string) => text.toUpperCase();
export const chat = defineContract({ send: query({ input: z.string().max(LONGEST), output: z.string() }) });
`;
const pageText = `
import { createClient } from "@trunkline/client";
import { chat, LONGEST } from "./contract.js";
globalThis.client = createClient(chat, { url: "ws://127.0.0.1:1" });
globalThis.longest = LONGEST;
`;
/** What reads schemas. */
const readers =
  /contract\/(hash|digest|shape|contract|declared-errors|names|wire\/(zod|survey|possible|told-apart|print|plan-values|compile|atom-codec))\.ts$/;

let folder: string;
let contract: string;

// Below this package, so that what the files import is found.
beforeAll(async () => {
  folder = await mkdtemp(fileURLToPath(new URL("../.plugin-test-", import.meta.url)));
  contract = join(folder, "contract.ts");
  await writeFile(contract, contractText);
  await writeFile(join(folder, "longest.ts"), "export const longest = 77;");
  await writeFile(join(folder, "page.ts"), pageText);
});

afterAll(() => rm(folder, { recursive: true }));

const bundle = (plugins: ReturnType<typeof stripEsbuild>[]) =>
  build({
    entryPoints: [join(folder, "page.ts")],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    mainFields: ["browser", "module", "main"],
    conditions: [...conditions, "module"],
    logLevel: "silent",
    plugins,
  });

const inBundle = ({ metafile }: Awaited<ReturnType<typeof bundle>>): string[] =>
  Object.entries(Object.values(metafile.outputs)[0]!.inputs).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );

describe("the plugin", { timeout: 60_000 }, () => {
  it("leaves no validator and no reader of schemas in a bundle", async () => {
    const [whole, stripped] = await Promise.all([
      bundle([]),
      bundle([stripEsbuild({ contracts: [contract], conditions })]),
    ]);
    const left = inBundle(stripped);
    expect(left.filter((file) => readers.test(file) || file.includes("/zod/"))).toEqual([]);
    expect(left.some((file) => file.endsWith("contract/stripped.ts"))).toBe(true);
    const { text } = stripped.outputFiles[0]!;
    expect(text).toContain("77");
    // The same bundle without the plugin has all of them.
    expect(inBundle(whole).filter((file) => readers.test(file)).length).toBeGreaterThan(8);
    expect(text.length).toBeLessThan(whole.outputFiles[0]!.text.length / 2);
  });

  it("works in vite, whose modules have queries and slashes", async () => {
    const built = await viteBuild({
      root: folder,
      configFile: false,
      logLevel: "silent",
      resolve: { conditions: [...conditions, "browser", "module"] },
      build: { write: false, lib: { entry: join(folder, "page.ts"), formats: ["es"] } },
      plugins: [stripVite({ contracts: [contract], conditions })],
    });
    const [{ output }] = built as unknown as [{ output: { moduleIds?: string[] }[] }];
    const modules = output.flatMap((part) => part.moduleIds ?? []);
    expect(modules.some((id) => id.endsWith("contract/stripped.ts"))).toBe(true);
    expect(modules.filter((id) => readers.test(id) || id.includes("/zod/"))).toEqual([]);
  });

  it("fails a build whose contract cannot be stripped, and names the file", async () => {
    const broken = join(folder, "broken.ts");
    await writeFile(broken, "export const nothing = 1;");
    const built = build({
      entryPoints: [broken],
      bundle: true,
      write: false,
      logLevel: "silent",
      plugins: [stripEsbuild({ contracts: [broken] })],
    });
    await expect(built).rejects.toThrow(/broken\.ts: expected an export made by defineContract\(\), but found none/);
  });

  it.each([
    [
      "esbuild",
      (contracts: string[]) =>
        build({ stdin: { contents: "" }, write: false, logLevel: "silent", plugins: [stripEsbuild({ contracts })] }),
    ],
    [
      "vite",
      (contracts: string[]) =>
        viteBuild({
          root: folder,
          configFile: false,
          logLevel: "silent",
          build: { write: false, lib: { entry: join(folder, "longest.ts"), formats: ["es"] } },
          plugins: [stripVite({ contracts })],
        }),
    ],
  ])("fails a build with %s that lists a file which is not there, and says where it looked", async (_, building) => {
    const failure: unknown = await building([contract, "contrct.ts", folder]).catch((error: unknown) => error);
    // From the working directory, though vite's root is the folder of the contract.
    expect(String(failure)).toContain(
      `no such file: "contrct.ts", which is ${resolve("contrct.ts")}; ${JSON.stringify(folder)}, which is ${folder}. ` +
        `Paths of contracts are from the working directory, ${process.cwd()}`,
    );
    await building([contract, relative(process.cwd(), contract)]);
  });

  it("refuses to be told of no contracts", () => {
    expect(() => stripContracts.esbuild({ contracts: [] })).toThrow("expected the names of contract modules");
  });
});

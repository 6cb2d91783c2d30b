/** The three files as they are: two processes that talk, and as short as the README says. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const node = ["--conditions=@trunkline/source", "--import=tsx"];
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) if (hasNotExited(child)) child.kill("SIGKILL");
});

test.each(["contract.ts", "server.ts", "client.ts"])(
  "%s has at most 30 lines of at most 120 characters",
  async (file) => {
    const lines = (await readFile(`${cwd}${file}`, "utf8")).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(30);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  },
);

test("a client asks, signs, is told that it has signed, and reads the book", async () => {
  const server = await startServer();
  expect(await runClient(server.url)).toEqual([
    "Hello, Ada!",
    "Ada is guest 1",
    "Grace is guest 2",
    "Ada was guest 1 already",
    "in the book: Ada",
    "in the book: Grace",
  ]);
  expect(await runClient(server.url)).toContain("Grace was guest 2 already");
  expect(server.complaints()).toBe("");
}, 30_000);

test.skipIf(process.platform === "win32")(
  "a server that is asked to stop drains, at once and by itself",
  async () => {
    const server = await startServer();
    await runClient(server.url);
    const exited = once(server.child, "exit");
    const askedAt = performance.now();
    server.child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - askedAt).toBeLessThan(5_000);
  },
  30_000,
);

async function startServer(): Promise<{ child: ChildProcess; url: string; complaints(): string }> {
  const env = { ...process.env, PORT: "0" };
  const child = spawn(process.execPath, [...node, "server.ts"], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  expect(line).toMatch(/^listening on ws:/);
  return { child, url: line.replace("listening on ", ""), complaints: () => complaints };
}

async function runClient(url: string): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...node, "client.ts", url], { cwd });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

const hasNotExited = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

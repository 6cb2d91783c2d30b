/** The files as they are: a server, and a client that is typed to. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function start(...args: string[]) {
  const child = spawn(process.execPath, ["--conditions=@trunkline/source", "--import=tsx", ...args], {
    cwd,
    env: { ...process.env, PORT: "0" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  running.push(child);
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

test("each line that is typed is answered, and the end of the input ends both", { timeout: 60_000 }, async () => {
  const server = start("server.ts");
  const listening: string = (await server.lines.next()).value;
  const { child, lines } = start("client.ts", listening.replace("listening on ", ""));
  const exit = once(child, "exit");
  const say = async (line: string) => {
    child.stdin.write(`${line}\n`);
    return (await lines.next()).value;
  };
  expect(await say("To be, or not to be")).toBe("to 2, be 2, or 1");
  expect(await say("that is the question: be")).toBe("be 3, to 2, or 1");
  child.stdin.end();
  expect(await exit).toEqual([0, null]);
});

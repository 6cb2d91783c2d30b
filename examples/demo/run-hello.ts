/** Runs examples/hello as it is: its server and its client, each a process of its own. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("../hello", import.meta.url));

/** `print` hears each line and who said it. Rejects when either process fails. */
export async function runHello(print: (who: string, line: string) => void): Promise<void> {
  const server = start("server.ts");
  try {
    const lines = createInterface(server.stdout);
    const listening = await Promise.race([once(lines, "line"), once(server, "exit").then(() => undefined)]);
    const url = /ws:\S+/.exec(String(listening))?.[0];
    if (url === undefined) throw new Error("examples/hello: the server did not start");
    print("server", String(listening));
    const client = start("client.ts", url);
    createInterface(client.stdout).on("line", (line) => print("client", line));
    await ended(client, "client");
  } finally {
    server.kill("SIGTERM");
  }
  await ended(server, "server");
  print("server", "drained");
}

type Child = ChildProcessByStdio<null, Readable, null>;

function start(...command: string[]): Child {
  const args = ["--conditions=@trunkline/source", "--import=tsx", ...command];
  return spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function ended(child: Child, who: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  if (child.exitCode) throw new Error(`examples/hello: the ${who} exited with ${child.exitCode}`);
}

/**
 * One measurement: a server and a client are started for it, each on a core of its own, and ended after it. Nothing is
 * left over from an earlier measurement, neither compiled code nor garbage.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Figures, Settings } from "../workloads/workload.js";

export interface ServerTask {
  readonly peer: string;
  readonly procedures: number;
}

export interface ClientTask extends Settings {
  readonly peer: string;
  readonly workload: string;
  readonly port: number;
  readonly controlPort: number;
}

/** What the client's process says before it is ended. */
export type Told = { readonly figures: Figures } | { readonly failure: string };

export interface Measurement extends Partial<Settings> {
  readonly peer: string;
  readonly workload: string;
  readonly procedures?: number;
  /** The Node that runs both ends. Default: the one that runs this. */
  readonly node?: string | undefined;
  /** Where the programs of both ends stand, beside this one. */
  readonly build?: string;
}

/** After which a measurement has failed, beside the time that it takes by design. */
const PATIENCE_MS = 90_000;

const pins = availableParallelism() > 1 && spawnSync("taskset", ["-V"]).status === 0;

export async function measure({
  peer,
  workload,
  procedures = 0,
  node,
  build = "process",
  ...given
}: Measurement): Promise<Told> {
  const settings: Settings = { seconds: 1.5, warmUpSeconds: 0.7, connections: 1, bytes: 0, ...given };
  const start = (file: string, task: object, core: number) => {
    const script = fileURLToPath(new URL(`./${build}/${file}.js`, import.meta.url));
    return launch(node ?? process.execPath, [script, JSON.stringify(task)], core);
  };
  const server = start("server", { peer, procedures } satisfies ServerTask, 0);
  try {
    const { port, controlPort } = await message<{ port: number; controlPort: number }>(server);
    const client = start("client", { peer, workload, port, controlPort, ...settings } satisfies ClientTask, 1);
    try {
      return await message<Told>(client);
    } finally {
      await ended(client);
    }
  } catch (error) {
    return { failure: (error as Error).message };
  } finally {
    await ended(server);
  }
}

function launch(node: string, args: readonly string[], core: number): ChildProcess {
  const flags = ["--expose-gc", "--no-warnings"];
  const command = pins ? ["taskset", "-c", String(core), node, ...flags, ...args] : [node, ...flags, ...args];
  // `bufferutil` and `utf-8-validate` come with one of the peers, and would be found by some of the others alone.
  const env = { ...process.env, NODE_ENV: "production", WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1" };
  return spawn(command[0] ?? node, command.slice(1), { env, stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

/** The first message of a process. Rejects when it ends without one, or says nothing for too long. */
function message<Message>(child: ChildProcess): Promise<Message> {
  let complaint = "";
  child.stderr?.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("took too long")), PATIENCE_MS);
    child.once("message", (said) => {
      clearTimeout(timer);
      resolve(said as Message);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}: ${complaint.trim()}`));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

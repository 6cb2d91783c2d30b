/** Starts and ends server processes, and reads what they have written down. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Limits } from "@trunkline/core";
import type { Drained, DrainOptions } from "@trunkline/server";

export interface Order {
  readonly drain: DrainOptions;
}

export type Report = { readonly port: number } | { readonly drained: Drained };

/** What the servers of a run have seen, all together. */
export interface Records {
  /** How often a handler started, by token. */
  readonly starts: ReadonlyMap<string, number>;
  readonly sessions: number;
  readonly failures: readonly string[];
}

const program = fileURLToPath(new URL("server-process.ts", import.meta.url));
const execArgv = ["--conditions=@trunkline/source", "--import=tsx"];

export interface ServerChild {
  readonly port: number;
  readonly process: ChildProcess;
  drain(options: DrainOptions): Promise<Drained>;
  /** SIGKILL: it says nothing to anybody. */
  kill(): Promise<void>;
}

/** The servers of a run, which share one ledger. */
export class ServerYard implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "trunkline-chaos-"));
  readonly #running = new Set<ChildProcess>();
  readonly #limits: Partial<Limits>;

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = limits;
  }

  /** Starts a server. `port` 0: a free one. */
  async start(port = 0): Promise<ServerChild> {
    const child = fork(program, [this.#ledger, String(port), JSON.stringify(this.#limits)], { execArgv });
    this.#running.add(child);
    const over = once(child, "exit").then(() => void this.#running.delete(child));
    const started = await Promise.race([once(child, "message"), over]);
    if (started === undefined) throw new Error("the server process did not start");
    const [report] = started as [Report & { port: number }];
    return {
      port: report.port,
      process: child,
      drain: async (options) => {
        child.send({ drain: options } satisfies Order);
        const [{ drained }] = (await once(child, "message")) as [Report & { drained: Drained }];
        await over;
        return drained;
      },
      kill: async () => {
        child.kill("SIGKILL");
        await over;
      },
    };
  }

  read(): Records {
    const starts = new Map<string, number>();
    const failures: string[] = [];
    let sessions = 0;
    for (const line of readFileSync(this.#ledger, "utf8").split("\n")) {
      if (line.startsWith("+ ")) starts.set(line.slice(2), (starts.get(line.slice(2)) ?? 0) + 1);
      else if (line === "session") sessions++;
      else if (line !== "") failures.push(line.slice(2));
    }
    return { starts, sessions, failures };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = [...this.#running].map(async (child) => {
      const over = once(child, "exit");
      child.kill("SIGKILL");
      await over;
    });
    await Promise.all(ends);
    rmSync(this.#folder, { recursive: true });
  }

  get #ledger(): string {
    return join(this.#folder, "ledger");
  }
}

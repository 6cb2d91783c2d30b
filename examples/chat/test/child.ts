/** A program of this example as a child process, on the sources, and what it has printed. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, vi } from "vitest";

export class Child implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  #output = "";

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const path = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
    const flags = ["--import", "tsx", "--conditions=@trunkline/source"];
    this.#process = spawn(process.execPath, [...flags, path, ...args], { env: { ...process.env, ...env } });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until it has printed this. */
  async printed(text: string | RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.#output).toMatch(text), { timeout: 8_000 });
  }

  type(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Its exit code. */
  async exit(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, "exit");
    return this.#process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.exit();
  }
}

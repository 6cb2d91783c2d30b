/**
 * Starts a victim in a process of its own and judges what an attack has done to it: the standing oracle of every case.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@trunkline/client";
import { expect, vi } from "vitest";
import { contract } from "./contract.js";
import { Line, type LineOptions } from "./line.js";
import type { Condition, Question, VictimSetup } from "./protocol.js";

const MiB = 1024 * 1024;

// A bound of its own for each wait: this one is only for what hangs.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

export interface Budget {
  /** What the victim may hold more than before, once the attacker has left. */
  readonly heldMiB?: number;
  /** The longest its event loop may be held up. */
  readonly loopMs?: number;
}

export class Victim implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (value: unknown) => void>();
  readonly #lines = new Set<Line>();
  /** Somebody who behaves, and must not notice a thing. */
  #canary: Client<typeof contract> | undefined;
  readonly #errors: unknown[] = [];
  #asked = 0;
  #died: string | undefined;

  private constructor(
    process: ChildProcess,
    readonly port: number,
  ) {
    this.#process = process;
    process.on("message", (message: { id?: number; value?: unknown; died?: string }) => {
      if (message.died !== undefined) this.#died = message.died;
      if (message.id !== undefined) this.#answers.get(message.id)?.(message.value);
    });
    process.on("exit", (code, signal) => {
      this.#died ??= `it ended with ${code ?? signal}`;
      for (const answer of this.#answers.values()) answer(undefined);
    });
  }

  static open(setup: VictimSetup = {}): Promise<Victim> {
    const program = fileURLToPath(new URL("./victim.ts", import.meta.url));
    const child = fork(program, [JSON.stringify(setup)], {
      execArgv: ["--import", "tsx", "--conditions=@trunkline/source", "--expose-gc", "--max-old-space-size=256"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    return new Promise((resolve, reject) => {
      child.once("message", ({ port }: { port: number }) => resolve(new Victim(child, port)));
      child.once("exit", (code) => reject(new Error(`the victim did not start: ${code}`)));
    });
  }

  /** A socket of the attacker; it is destroyed when the attack is over. */
  async line(options?: LineOptions): Promise<Line> {
    const line = await Line.open(this.port, options);
    this.#lines.add(line);
    return line;
  }

  /** A socket that was welcomed. */
  async welcomed(auth?: unknown): Promise<Line> {
    const line = await this.line();
    await line.hello({ auth });
    return line;
  }

  async condition(): Promise<Condition> {
    return (await this.#ask("condition")) as Condition;
  }

  /** Closes the server, and resolves when it has released everything. */
  async close(): Promise<void> {
    await this.#ask("close");
  }

  /** Runs an attack and expects that it has done no harm, to the victim or to anybody else. */
  async survives(attack: () => Promise<void>, { heldMiB = 4, loopMs = 1_500 }: Budget = {}): Promise<Condition> {
    this.#canary ??= createClient(contract, {
      url: `ws://127.0.0.1:${this.port}/`,
      onError: (error) => this.#errors.push(error),
    });
    const canary = this.#canary;
    const errors = this.#errors;
    await canary.echo({ text: "before" });
    const before = await this.condition();
    let singing = true;
    const song = (async () => {
      while (singing) {
        await canary.echo({ text: "♪" }, { timeoutMs: 5_000 });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })().catch((error: unknown) => errors.push(error));
    try {
      await attack();
    } finally {
      for (const line of this.#lines) line.destroy();
      this.#lines.clear();
      singing = false;
      await song;
    }
    const after = await this.#settled(before, heldMiB * MiB);
    expect(this.#died).toBeUndefined();
    expect(after.strays).toEqual([]);
    expect(errors).toEqual([]);
    expect(canary.$connection.status.state).toBe("ready");
    expect(shape(after)).toEqual(shape(before));
    expect(after.timers).toBeLessThanOrEqual(before.timers);
    expect(after.heldBytes - before.heldBytes, "bytes held").toBeLessThan(heldMiB * MiB);
    expect(after.loopDelayMs, "the event loop was held up").toBeLessThan(loopMs);
    return after;
  }

  /** How it is once all is as before, or after five seconds. */
  async #settled(before: Condition, held: number): Promise<Condition> {
    let loopDelayMs = 0;
    for (const end = Date.now() + 5_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const now = await this.condition();
      if (this.#died !== undefined) throw new Error(`the victim died: ${this.#died}`);
      loopDelayMs = Math.max(loopDelayMs, now.loopDelayMs);
      const isSettled =
        JSON.stringify(shape(now)) === JSON.stringify(shape(before)) &&
        now.timers <= before.timers &&
        now.heldBytes - before.heldBytes < held;
      if (isSettled || Date.now() > end) return { ...now, loopDelayMs };
    }
  }

  #ask(ask: Question["ask"]): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#answers.set(id, (value) => {
        this.#answers.delete(id);
        resolve(value);
      });
      if (this.#died === undefined) this.#process.send({ id, ask } satisfies Question);
      else resolve(undefined);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#canary?.$connection.close();
    if (this.#died !== undefined) return;
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await gone;
  }
}

/** What must be as it was. */
const shape = ({ connections, running, sockets }: Condition) => ({ connections, running, sockets });

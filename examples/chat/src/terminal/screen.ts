/** A terminal with a line to type on and everything else above it. What is no terminal gets plain lines. */
import { createInterface, type Interface } from "node:readline";
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

export interface ScreenListener {
  line(text: string): void;
  /** Ctrl-C, Ctrl-D, or the end of what was piped in. */
  end(): void;
}

export class Screen {
  readonly #readline: Interface;
  readonly #isTerminal = process.stdout.isTTY === true;
  #open = true;

  constructor(listener: ScreenListener) {
    this.#readline = createInterface({ input: process.stdin, output: process.stdout, terminal: this.#isTerminal });
    this.#readline.on("line", (text) => listener.line(text));
    this.#readline.once("SIGINT", () => this.close());
    this.#readline.once("close", () => {
      this.#open = false;
      // Merely paused, a pipe that stays open at its other end would keep the process.
      process.stdin.destroy();
      listener.end();
    });
  }

  /** Prints above the line that is being typed, which stays as it is. */
  print(text: string): void {
    if (!this.#isTerminal || !this.#open) return void process.stdout.write(`${text}\n`);
    process.stdout.write(`\r\x1b[J${text}\n`);
    this.#readline.prompt(true);
  }

  /** What stands before the line that is being typed. */
  prompt(text: string): void {
    if (!this.#isTerminal || !this.#open) return;
    this.#readline.setPrompt(`${text}> `);
    process.stdout.write("\r\x1b[J");
    this.#readline.prompt(true);
  }

  styled(style: Style, text: string): string {
    return this.#isTerminal ? styleText(style, text) : text;
  }

  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  close(): void {
    this.#readline.close();
  }
}

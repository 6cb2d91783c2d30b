/** What is closed while there is no connection, for frameworks that say when there is one and refuse calls before. */
export class Gate {
  #open = false;
  #waiting: (() => void)[] = [];

  open(): void {
    this.#open = true;
    for (const pass of this.#waiting.splice(0)) pass();
  }

  shut(): void {
    this.#open = false;
  }

  async opened(): Promise<void> {
    while (!this.#open) await new Promise<void>((pass) => this.#waiting.push(pass));
  }
}

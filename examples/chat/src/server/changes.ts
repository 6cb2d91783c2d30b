/**
 * Something that changes, and those who wait for it. Readers compare versions and then read the state itself: a slow
 * one skips what is past, and nothing queues up for it.
 */
export class Changes {
  #version = 0;
  readonly #waiting = new Set<() => void>();

  announce(): void {
    this.#version++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** What `read` gives now and after each change, until the signal fires. */
  async *snapshots<State>(read: () => State, signal: AbortSignal): AsyncGenerator<State, void> {
    for (let seen = -1; !signal.aborted; await this.after(seen, signal)) {
      seen = this.#version;
      yield read();
    }
  }

  get version(): number {
    return this.#version;
  }

  /** Resolves once the version is another than this one, or the signal fires. */
  after(version: number, signal: AbortSignal): Promise<void> {
    if (version !== this.#version || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}

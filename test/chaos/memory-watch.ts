/** Looks at this process's memory again and again, and keeps the most it was above what it began with. */
import type { Growth } from "./upload-contract.js";

const EVERY_MS = 20;

export class MemoryWatch implements Disposable {
  readonly #before = process.memoryUsage();
  readonly #timer = setInterval(() => this.#look(), EVERY_MS);
  #most: Growth = { rss: 0, external: 0, arrayBuffers: 0 };

  get growth(): Growth {
    this.#look();
    return this.#most;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = process.memoryUsage();
    const most = (name: keyof Growth) => Math.max(this.#most[name], now[name] - this.#before[name]);
    this.#most = { rss: most("rss"), external: most("external"), arrayBuffers: most("arrayBuffers") };
  }
}

/** A TCP line to a server that a test can cut, and mend again on the same port. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class CuttableLine implements AsyncDisposable {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(target: number): Promise<CuttableLine> {
    const line = new CuttableLine(target);
    await line.mend();
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get rpcUrl(): string {
    return `ws://127.0.0.1:${this.#port}/rpc`;
  }

  /** Breaks every connection and takes no new one. */
  cut(): Promise<void> {
    const server = this.#server;
    return new Promise((resolve) => {
      server?.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  async mend(): Promise<void> {
    const server = createServer((near) => this.#join(near, connect(this.#target, "127.0.0.1")));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server?.listening) await this.cut();
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on("error", () => {});
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

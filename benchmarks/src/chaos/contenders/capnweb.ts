/**
 * Cap'n Web, whose stubs say by `onRpcBroken` that their connection is lost. This program then begins a new session; what
 * it asks meanwhile waits for that. A stream is a ReadableStream, opened again after the last number that was heard.
 */
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocket } from "ws";
import { z } from "zod";
import { dial, listen } from "../../process/listen.js";
import { type Contender, REDIAL_MS, type Work } from "../contender.js";

// It reads constants of the platform's own, which Node has from version 22 on.
globalThis.WebSocket ??= WebSocket as never;

class Api extends RpcTarget {
  readonly #work: Work;

  constructor(work: Work) {
    super();
    this.#work = work;
  }

  spend(token: string): Promise<string> {
    return this.#work.spend(z.string().parse(token));
  }

  numbers(name: string, after: number, to: number): ReadableStream<number> {
    const source = this.#work.numbers(name, after, to);
    return new ReadableStream({
      async pull(controller) {
        const { value, done } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void source.return(undefined),
    });
  }
}

interface Remote {
  spend(token: string): Promise<string>;
  numbers(name: string, after: number, to: number): Promise<ReadableStream<number>>;
  onRpcBroken(listener: () => void): void;
  [Symbol.dispose](): void;
}

export const contender: Contender = {
  name: "capnweb",
  packages: ["capnweb"],
  recovery: "`onRpcBroken`, after which the program begins a new session and opens the stream again",
  async serve(work) {
    const { sockets, port } = await listen();
    sockets.on("connection", (socket) => newWebSocketRpcSession(socket as never, new Api(work)));
    return port;
  },
  async connect(port) {
    let isOver = false;
    let session = begin(0);

    async function begin(waitMs: number): Promise<Remote> {
      for (let wait = waitMs; ; wait = REDIAL_MS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        const socket = await dial(port).catch(() => undefined);
        if (!socket) continue;
        const api = newWebSocketRpcSession(socket as never) as unknown as Remote;
        api.onRpcBroken(() => {
          if (!isOver) session = begin(REDIAL_MS);
        });
        return api;
      }
    }

    return {
      spend: async (token) => (await session).spend(token),
      async listen(name, to, listener) {
        for (let after = 0; after < to; ) {
          try {
            const reader = (await (await session).numbers(name, after, to)).getReader();
            for (let next = await reader.read(); !next.done; next = await reader.read()) {
              after = next.value;
              listener(after);
            }
          } catch {
            // The connection is lost, and with it the stream.
          }
        }
      },
      close: () => {
        isOver = true;
        void session.then((api) => api[Symbol.dispose]());
      },
    };
  },
};

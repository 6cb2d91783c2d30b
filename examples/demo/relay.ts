/**
 * A line that can be cut: a TCP relay in front of a server. It hands on what it carries in small pieces, one a
 * millisecond, so a cut falls into the middle of messages. Bounded: a direction holds one chunk, and reading waits for
 * writing.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

const HOST = "127.0.0.1";
const PIECE_BYTES = 512;
const MOST_LINES = 16;

export interface Relay {
  readonly port: number;
  /** Destroys both sides of every line at once. Returns how many bytes were under way, and are gone. */
  cut(): number;
  close(): Promise<void>;
}

/** Listens on a port of its own, and relays to `port`. */
export async function relayTo(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const held = new Map<Socket, number>();

  async function* inPieces(from: Socket): AsyncGenerator<Buffer> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        held.set(from, chunk.length - at);
        await pause(1);
        yield chunk.subarray(at, at + PIECE_BYTES);
      }
      held.delete(from);
    }
  }

  const server = createServer((near) => {
    const far = connect(port, HOST);
    for (const socket of [near, far]) sockets.add(socket.setNoDelay());
    // Where one side fails, the pipeline destroys the other: what the client sees is a lost connection.
    const over = (socket: Socket) => () => {
      sockets.delete(socket);
      held.delete(socket);
    };
    pipeline(near, () => inPieces(near), far, over(near));
    pipeline(far, () => inPieces(far), near, over(far));
  });
  server.maxConnections = MOST_LINES;
  server.listen(0, HOST);
  await once(server, "listening");

  const cut = () => {
    const lost = [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
    for (const socket of sockets) socket.destroy();
    held.clear();
    return lost;
  };
  const close = async () => {
    cut();
    server.close();
    await once(server, "close");
  };
  return { port: (server.address() as AddressInfo).port, cut, close };
}

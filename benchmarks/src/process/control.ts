/**
 * What the client's process, which runs a workload, asks of the server's process beside the measured connection: lines of
 * JSON over a socket of its own. A question has an id and is answered; a notice has none.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** CPU time so far, and memory, of one process. */
export interface Usage {
  readonly cpuUs: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** Answers what is asked; the result of a notice goes nowhere. */
export type Answerer = (name: string, count: number) => unknown;

export interface Control {
  ask<Result>(name: string, count?: number): Promise<Result>;
  tell(name: string, count: number): void;
}

interface Line {
  readonly id?: number;
  readonly name?: string;
  readonly count?: number;
  readonly result?: unknown;
}

export function usageOf(): Usage {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { cpuUs: user + system, heapBytes: heapUsed + external, residentBytes: rss };
}

export async function answerControl(answer: Answerer): Promise<number> {
  const server = createServer((socket) => {
    const answered = async ({ id, name = "", count = 0 }: Line) => {
      const result = await answer(name, count);
      if (id !== undefined) write(socket, { id, result });
    };
    read(socket, (line) => void answered(line));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

export async function openControl(port: number): Promise<Control> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  read(socket, ({ id = 0, result }) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  return {
    ask: <Result>(name: string, count = 0) =>
      new Promise<unknown>((resolve) => {
        waiting.set(++last, resolve);
        write(socket, { id: last, name, count });
      }) as Promise<Result>,
    tell: (name, count) => write(socket, { name, count }),
  };
}

function read(socket: Socket, take: (line: Line) => void): void {
  createInterface(socket).on("line", (text) => take(JSON.parse(text) as Line));
}

const write = (socket: Socket, line: Line) => void socket.write(`${JSON.stringify(line)}\n`);

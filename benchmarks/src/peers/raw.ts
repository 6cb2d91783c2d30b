/**
 * What a user could write by hand: `ws`, one JSON message per call with an id, and zod. No reconnect, no deadlines, no
 * flow control. `raw-ws` sends each frame as a message, `raw-ws-batch` the frames of one tick as one message.
 *
 * A request is `{ id, path, input }`. Its answers are `{ id, result }`, `{ id, error }`, and for a stream
 * `{ id, event }` and then `{ id, end }`. Bytes travel as a binary message: 4 bytes id, then the bytes.
 */
import type { WebSocket } from "ws";
import type { z } from "zod";
import { dial, listen } from "../process/listen.js";
import type { Line, Peer, Serving, Setup } from "../process/peer.js";
import { Count, Reply, replies, replyTo, Sample, Text, textOf } from "../process/sample.js";

interface Request {
  readonly id: number;
  readonly path: string;
  readonly input: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly event?: unknown;
  readonly end?: true;
}

interface Procedure {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly answer: (input: never) => unknown;
  readonly kind: "call" | "stream" | "feed";
}

const call = (input: z.ZodType, output: z.ZodType, answer: (input: never) => unknown): Procedure => {
  return { input, output, answer, kind: "call" };
};

const procedures: Record<string, Procedure> = {
  call: call(Sample, Reply, replyTo),
  echo: call(Text, Text, (input: unknown) => input),
  fetch: call(Count, Text, ({ count }: { count: number }) => ({ text: textOf(count) })),
  stream: { input: Count, output: Reply, answer: ({ count }: { count: number }) => replies(count), kind: "stream" },
  feed: { input: Count, output: Reply, answer: () => undefined, kind: "feed" },
};

/** How frames become messages: each by itself, or all of a tick together. */
type Writer = (frame: object) => void;

const single = (socket: WebSocket): Writer => {
  return (frame) => socket.send(JSON.stringify(frame));
};

const batched = (socket: WebSocket): Writer => {
  let frames: object[] = [];
  const flush = () => {
    socket.send(JSON.stringify(frames));
    frames = [];
  };
  return (frame) => {
    if (frames.push(frame) === 1) process.nextTick(flush);
  };
};

const framesOf = <Frame>(data: unknown): Frame[] => {
  const message = JSON.parse(String(data)) as Frame | Frame[];
  return Array.isArray(message) ? message : [message];
};

export function rawPeer(name: string, { batch }: { batch: boolean }): Peer {
  const writerOf = batch ? batched : single;
  return {
    name,
    packages: ["ws", "zod"],
    serve: (setup) => serve(writerOf, setup),
    connect: async (port) => lineOf(await dial(port), writerOf),
  };
}

async function serve(writerOf: (socket: WebSocket) => Writer, setup: Setup): Promise<Serving> {
  const table = new Map(Object.entries(procedures));
  for (let index = 0; index < setup.procedures; index++) {
    table.set(`other${index}`, call(Sample.clone(), Reply.clone(), replyTo));
  }
  const readers = new Map<Writer, number>();
  const { sockets, port } = await listen();
  sockets.on("connection", (socket) => {
    const write = writerOf(socket);
    const answer = async ({ id, path, input }: Request) => {
      try {
        const procedure = table.get(path);
        if (!procedure) throw new Error(`no procedure ${path}`);
        const value = procedure.input.parse(input) as never;
        if (procedure.kind === "feed") return void readers.set(write, id);
        if (procedure.kind === "call") {
          return write({ id, result: procedure.output.parse(await procedure.answer(value)) });
        }
        for await (const event of procedure.answer(value) as AsyncIterable<unknown>) {
          write({ id, event: procedure.output.parse(event) });
        }
        write({ id, end: true });
      } catch (error) {
        write({ id, error: String(error) });
      }
    };
    socket.on("message", (data, isBinary) => {
      if (isBinary) socket.send(data);
      else for (const request of framesOf<Request>(data)) void answer(request);
    });
    socket.on("close", () => readers.delete(write));
  });
  const publish = (event: Reply) => {
    const checked = Reply.parse(event);
    for (const [write, id] of readers) write({ id, event: checked });
  };
  return { port, readers: () => readers.size, publish };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly listener?: ((event: Reply) => void) | undefined;
}

function lineOf(socket: WebSocket, writerOf: (socket: WebSocket) => Writer): Line {
  const waiting = new Map<number, Waiting>();
  const write = writerOf(socket);
  let last = 0;
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) return settle(data.readUInt32BE(0))?.resolve(data.subarray(4));
    for (const { id, result, error, event, end } of framesOf<Answer>(data)) {
      if (event !== undefined) waiting.get(id)?.listener?.(event as Reply);
      else if (error !== undefined) settle(id)?.reject(new Error(error));
      else settle(id)?.resolve(end ? undefined : result);
    }
  });
  const settle = (id: number) => {
    const call = waiting.get(id);
    waiting.delete(id);
    return call;
  };
  const ask = <Result>(path: string, input: unknown, listener?: (event: Reply) => void): Promise<Result> =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject, listener });
      write({ id, path, input });
    }) as Promise<Result>;
  return {
    call: (input) => ask("call", input),
    echo: async (text) => (await ask<{ text: string }>("echo", { text })).text,
    fetch: async (count) => (await ask<{ text: string }>("fetch", { count })).text,
    stream: (count, listener) => ask("stream", { count }, listener),
    feed: (listener) => void ask("feed", { count: 0 }, listener),
    echoBytes: (bytes) =>
      new Promise<unknown>((resolve, reject) => {
        const id = ++last;
        const message = Buffer.allocUnsafe(4 + bytes.length);
        message.writeUInt32BE(id);
        message.set(bytes, 4);
        waiting.set(id, { resolve, reject });
        socket.send(message);
      }) as Promise<Uint8Array>,
  };
}

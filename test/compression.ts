/**
 * `npm run compression`: what compression costs the server, in processor time for each call, bytes on the wire for each
 * answer, and memory (resident, the one that counts what zlib takes) for each connection that is idle after one call. The
 * server is a process of its own; processor time is told, not time, so that what else the machine does counts less.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@trunkline/client";
import { defineContract, mutation } from "@trunkline/core";
import { createServer, implement } from "@trunkline/server";
import { z } from "zod";

const Item = z.object({ id: z.number(), name: z.string(), tags: z.array(z.string()), at: z.string() });
const contract = defineContract({ echo: mutation({ input: z.array(Item), output: z.array(Item) }) });

/** Of about 100 bytes each. */
const items = (count: number): z.infer<typeof Item>[] =>
  Array.from({ length: count }, (_, index) => ({
    id: index * 7_919,
    name: `item number ${index * 31}`,
    tags: ["red", "green", `t${index % 17}`],
    at: new Date(1e12 + index * 86_400_123).toISOString(),
  }));

const MODES = { off: false, "every message": { thresholdBytes: 0 }, "from 1 KiB on": true } as const;
type Mode = keyof typeof MODES;
const SIZES = [1, 40, 400];
const CONNECTIONS = 300;

interface Sample {
  readonly cpuUs: number;
  readonly written: number;
  readonly residentBytes: number;
}

async function serve(mode: Mode): Promise<void> {
  const server = createServer(implement(contract).router({ echo: ({ input }) => input }), {
    compression: MODES[mode],
  });
  const http = createHttpServer().listen(0, "127.0.0.1");
  const sockets: Socket[] = [];
  http.on("connection", (socket) => sockets.push(socket));
  server.attach(http);
  await once(http, "listening");
  const sample = async () => {
    const { user, system } = process.cpuUsage();
    for (let round = 0; round < 4; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const written = sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    process.send?.({ cpuUs: user + system, written, residentBytes: process.memoryUsage.rss() } satisfies Sample);
  };
  process.on("message", () => void sample());
  process.on("disconnect", () => process.exit());
  process.send?.((http.address() as AddressInfo).port);
}

interface Line {
  open(): Client<typeof contract>;
  sample(): Promise<Sample>;
}

/** A server of its own for each measurement, so that none finds what another has left. */
async function withServer(mode: Mode, use: (line: Line) => Promise<void>): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [mode], {
    execArgv: ["--import", "tsx", "--conditions=@trunkline/source", "--expose-gc"],
  });
  const [port] = (await once(child, "message")) as [number];
  const sample = async (): Promise<Sample> => {
    const answer = once(child, "message");
    child.send("sample");
    return ((await answer) as [Sample])[0];
  };
  const clients: Client<typeof contract>[] = [];
  const open = () => {
    const client = createClient(contract, { url: `ws://127.0.0.1:${port}`, compression: MODES[mode] });
    clients.push(client);
    return client;
  };
  await use({ open, sample });
  for (const client of clients) client.$connection.close();
  child.disconnect();
  await once(child, "exit");
}

const busy = (mode: Mode, count: number) =>
  withServer(mode, async ({ open, sample }) => {
    const client = open();
    const input = items(count);
    const repeat = async (calls: number) => {
      // One at a time: calls made together would travel, and be compressed, as one message.
      for (let done = 0; done < calls; done++) await client.echo(input);
    };
    const calls = count > 100 ? 1_200 : 4_000;
    await repeat(calls / 2);
    const before = await sample();
    await repeat(calls);
    const after = await sample();
    const cpu = (after.cpuUs - before.cpuUs) / calls;
    const wire = (after.written - before.written) / calls;
    console.log(`${mode}: ${JSON.stringify(input).length} bytes: ${cpu.toFixed(0)} µs, ${wire.toFixed(0)} on the wire`);
  });

const idle = (mode: Mode, count: number) =>
  withServer(mode, async ({ open, sample }) => {
    const input = items(count);
    const meet = async () => {
      for (let met = 0; met < CONNECTIONS; met += 20) {
        await Promise.all(Array.from({ length: 20 }, () => open().echo(input)));
      }
    };
    // The first ones pay for what the process needs once.
    await meet();
    const before = await sample();
    await meet();
    const held = ((await sample()).residentBytes - before.residentBytes) / CONNECTIONS / 1_024;
    console.log(`${mode}: idle after a call of ${JSON.stringify(input).length} bytes: ${held.toFixed(0)} KiB each`);
  });

const mode = process.argv[2] as Mode | undefined;
if (mode !== undefined) await serve(mode);
else {
  for (const each of Object.keys(MODES) as Mode[]) {
    for (const count of SIZES) await busy(each, count);
    for (const count of [1, 40]) await idle(each, count);
  }
}

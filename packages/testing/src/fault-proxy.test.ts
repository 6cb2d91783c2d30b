/** Each fault, seen from both ends of plain TCP connections. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type FaultProxy, type FaultProxyOptions, openFaultProxy } from "./fault-proxy.js";
import type { Faults } from "./faults.js";

/** One end of a connection, and what it has heard. */
interface End {
  readonly socket: Socket;
  heard: Buffer;
  /** Sizes of what was read at once. */
  readonly reads: number[];
  fin: boolean;
  /** The error code of a connection that broke. */
  broke: string | undefined;
}

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

test("passes on both ways, in order, and a FIN behind what was said", async () => {
  const { client, server } = await openLine();
  const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));
  client.socket.write("hello");
  server.socket.end(sent);
  await until(() => client.fin);
  expect(client.heard.equals(sent)).toBe(true);
  client.socket.end("and goodbye");
  await until(() => server.fin);
  expect(String(server.heard)).toBe("helloand goodbye");
});

test("latency and jitter delay what is said and keep its order", async () => {
  const { proxy, client, server } = await openLine({ seed: 7 });
  proxy.impair("up", { latencyMs: 30, jitterMs: 30 });
  const saidAt = performance.now();
  for (let number = 0; number < 10; number++) {
    client.socket.write(`${number} `);
    await turn();
  }
  await until(() => server.heard.length === 20);
  expect(performance.now() - saidAt).toBeGreaterThanOrEqual(29);
  expect(String(server.heard)).toBe("0 1 2 3 4 5 6 7 8 9 ");
});

test("a bandwidth spreads what is said over time", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("down", { bytesPerSecond: 100_000 });
  const saidAt = performance.now();
  server.socket.write(Buffer.alloc(10_000));
  await until(() => client.heard.length === 10_000);
  expect(performance.now() - saidAt).toBeGreaterThanOrEqual(70);
});

test("a line that is slow holds a bounded number of bytes", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("down", { blackhole: true });
  server.socket.write(Buffer.alloc(50_000_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(client.heard.length).toBe(0);
  expect(proxy.cut()).toBeLessThan(512 * 1024);
});

test("slices take what is said apart", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("up", { sliceBytes: 1 });
  client.socket.write("taken apart");
  await until(() => server.heard.length === 11);
  expect(String(server.heard)).toBe("taken apart");
  expect(server.reads.length).toBeGreaterThan(1);
});

test.each(["up", "down"] as const)(
  "a black hole %s holds what is said, and lets it go when it is taken away",
  async (direction) => {
    const { proxy, client, server } = await openLine();
    const [speaker, listener] = direction === "up" ? [client, server] : [server, client];
    proxy.impair(direction, { blackhole: true });
    speaker.socket.write("into the hole");
    listener.socket.write("the other way");
    await until(() => speaker.heard.length === 13);
    expect(listener.heard.length).toBe(0);
    proxy.impair(direction, {});
    await until(() => listener.heard.length === 13);
  },
);

test("behind a black hole nobody learns that the other end is gone", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("up", { blackhole: true });
  client.socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(server).toMatchObject({ fin: false, broke: undefined });
  await proxy.heal();
  await until(() => server.broke === "ECONNRESET");
});

test.each(["up", "down"] as const)("resets both ends after exactly so many bytes %s", async (direction) => {
  const { proxy, client, server } = await openLine();
  const [speaker, listener] = direction === "up" ? [client, server] : [server, client];
  proxy.impair(direction, { endAfter: { bytes: 7, by: "reset" } });
  speaker.socket.write("seven bytes and more");
  await until(() => speaker.broke !== undefined && (listener.fin || listener.broke !== undefined));
  expect(String(listener.heard)).toBe("seven b");
  expect(speaker.broke).toBe("ECONNRESET");
  // Node calls a reset that comes right behind bytes an end; that it was none shows when something is said.
  listener.socket.write("and?");
  await until(() => listener.broke !== undefined);
});

test("ends both ways after exactly so many bytes", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("down", { endAfter: { bytes: 0, by: "end" } });
  await until(() => client.fin && server.fin);
  expect(client.broke).toBeUndefined();
  expect(proxy.open).toBe(0);
});

test("a half-close ends one direction, and the other goes on", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("down", { endAfter: { bytes: 4, by: "half-close" } });
  server.socket.write("half of it");
  await until(() => client.fin);
  expect(String(client.heard)).toBe("half");
  client.socket.write("still here");
  await until(() => server.heard.length === 10);
  expect(server).toMatchObject({ fin: false, broke: undefined });
  expect(proxy.open).toBe(1);
});

test("cuts a line on which nothing goes", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("up", { idleMs: 30 });
  const quietAt = performance.now();
  await until(() => client.broke !== undefined && server.broke !== undefined);
  expect(performance.now() - quietAt).toBeLessThan(1_000);
});

test("a cut does not wait for one who does not read", async () => {
  const { proxy, client, server } = await openLine();
  client.socket.pause();
  server.socket.write(Buffer.alloc(50_000_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  proxy.cut();
  await until(() => server.broke !== undefined);
});

test("a cut resets both ends and says how much was under way", async () => {
  const { proxy, client, server } = await openLine();
  proxy.impair("up", { latencyMs: 10_000 });
  client.socket.write("never heard");
  await until(() => proxy.open === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(proxy.cut()).toBe(11);
  await until(() => client.broke !== undefined && server.broke !== undefined);
  expect(server.heard.length).toBe(0);
  expect(proxy.cut()).toBe(0);
});

test("a silent line tells neither end, and a new one passes", async () => {
  const { proxy, client, server, join } = await openLine();
  proxy.cut("silence");
  client.socket.write("anybody?");
  server.socket.end("anybody?");
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { heard, fin, broke } of [client, server])
    expect({ heard: heard.length, fin, broke }).toEqual({ heard: 0, fin: false, broke: undefined });
  expect(proxy.open).toBe(0);
  const again = await join();
  again.client.socket.write("here");
  await until(() => again.server.heard.length === 4);
});

test("lines that are ending can be cut, and nothing of them stays", async () => {
  const { proxy, client, server } = await openLine();
  for (const end of [client, server]) end.socket.pause();
  server.socket.end(Buffer.alloc(5_000_000));
  client.socket.end();
  await turn();
  proxy.impair("both", { endAfter: { bytes: 0, by: "half-close" } });
  proxy.cut("reset");
  await proxy.close();
});

test("refuses, and listens again on the same port", async () => {
  const { proxy, join } = await openLine();
  await proxy.admit("refuse");
  const [error] = (await once(connect(proxy.port, "127.0.0.1"), "error")) as [{ code: string }];
  expect(error.code).toBe("ECONNREFUSED");
  await proxy.admit("relay");
  await join();
  expect(proxy.open).toBe(2);
});

test("accepts, then hangs up", async () => {
  const { proxy } = await openLine();
  await proxy.admit("hang-up");
  const socket = endOf(connect(proxy.port, "127.0.0.1"));
  await until(() => socket.broke === "ECONNRESET");
});

test("answers with a web page", async () => {
  const { proxy } = await openLine();
  await proxy.admit("html");
  const visitor = endOf(connect(proxy.port, "127.0.0.1"));
  visitor.socket.write("GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n");
  await until(() => visitor.fin);
  expect(String(visitor.heard)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*<!doctype html>/s);
  visitor.socket.end();
});

test("a server that is not there is a line that breaks", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await using proxy = await openFaultProxy(port);
  const client = endOf(connect(proxy.port, "127.0.0.1"));
  await until(() => client.broke === "ECONNRESET");
  await until(() => proxy.open === 0);
});

test("the same seed draws the same jitter", async () => {
  const faults: Faults = { jitterMs: 40 };
  const draw = async () => {
    const drawn: number[] = [];
    const { proxy, client, server } = await openLine({
      seed: 5,
      clock: {
        now: () => 0,
        wallNow: () => 0,
        alarm: () => ({ set: (at) => void (Number.isFinite(at) && drawn.push(at)), clear: () => {} }),
        defer: queueMicrotask,
        later: queueMicrotask,
      },
    });
    proxy.impair("up", faults);
    client.socket.write("x");
    await until(() => drawn.length > 0);
    expect(server.heard.length).toBe(0);
    return drawn[0];
  };
  const first = await draw();
  expect(first).toBeGreaterThan(0);
  expect(await draw()).toBe(first);
});

/** A server that records, a proxy before it, and one connection through it. */
async function openLine(options: FaultProxyOptions = {}) {
  const accepted: End[] = [];
  const target = createServer({ allowHalfOpen: true }, (socket) => accepted.push(endOf(socket))).listen(0, "127.0.0.1");
  await once(target, "listening");
  const proxy: FaultProxy = await openFaultProxy((target.address() as AddressInfo).port, options);
  const clients: End[] = [];
  const join = async () => {
    const before = accepted.length;
    const client = endOf(connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true }));
    clients.push(client);
    await until(() => accepted.length > before);
    return { client, server: accepted[before]! };
  };
  opened.push({
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      for (const { socket } of [...clients, ...accepted]) socket.destroy();
      target.close();
    },
  });
  return { proxy, join, ...(await join()) };
}

function endOf(socket: Socket): End {
  const end: End = { socket, heard: Buffer.alloc(0), reads: [], fin: false, broke: undefined };
  socket.on("data", (bytes: Buffer) => {
    end.heard = Buffer.concat([end.heard, bytes]);
    end.reads.push(bytes.length);
  });
  socket.on("end", () => {
    end.fin = true;
  });
  socket.on("error", (error: Error & { code?: string }) => {
    end.broke ??= error.code;
  });
  return end;
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 2_000; !holds(); ) {
    if (Date.now() > end) throw new Error("it did not come about within 2 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

import { contractHash, defineContract, mutation, query } from "@trunkline/core";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { hello, Line, settle } from "../test/caller.js";
import { implement } from "./define.js";
import { createServer, type Server } from "./server.js";
import type { ServerSetup } from "./server-options.js";

const page = defineContract({ confirm: mutation({ input: z.string(), output: z.boolean() }), away: query({}) });
const router = implement(defineContract({ ping: query({}) })).router({ ping: () => {} });
const serves = contractHash(page);

const opened: { readonly server: Server; readonly clock: VirtualClock }[] = [];

afterEach(async () => {
  for (const { server, clock } of opened.splice(0)) {
    await server.close();
    clock.advance(60_000);
    expect(clock.idle).toBe(true);
  }
});

/** A server with one client, in the hands of the test. */
async function setUp(limits: ServerSetup<object>["limits"] = {}, members: Parameters<typeof hello>[0] = { serves }) {
  const clock = new VirtualClock();
  const ended: string[] = [];
  const onDisconnect = (_: unknown, reason: string) => void ended.push(reason);
  const server = createServer(router, { clock, limits, onDisconnect });
  opened.push({ server, clock });
  const connect = async (more: Parameters<typeof hello>[0] = members) => {
    const line = new Line();
    server.accept(line);
    line.hear(hello(more));
    await settle(clock);
    return line;
  };
  const line = await connect();
  const [connection] = server.connections;
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle(clock);
  };
  return { server, line, connect, ended, pass, connection: connection!, client: connection!.client(page) };
}

describe("a client that is called", () => {
  it("is asked with an even id, and its answer settles the call", async () => {
    const { line, client, pass } = await setUp();
    const asked = client.confirm("sure?");
    await pass(0);
    expect(line.frames).toEqual([[1, 2, "confirm", 30_000, null, "sure?"]]);
    line.hear("[[1,1],[5,2,true]]");
    expect(await asked).toBe(true);
  });

  it("has one client for each contract, which is made once", async () => {
    const { connection, client } = await setUp();
    expect(connection.client(page)).toBe(client);
    expect(() => connection.client({} as typeof page)).toThrow(TypeError);
  });

  it("that serves nothing is sent nothing", async () => {
    const { line, client, connection } = await setUp({}, {});
    expect(connection.serves).toBeUndefined();
    await expect(client.confirm("sure?")).rejects.toMatchObject({ code: "UNIMPLEMENTED", outcome: "not-sent" });
    expect(line.frames).toEqual([]);
  });

  it("serves what its latest hello says", async () => {
    const { line, connect, connection, client, pass } = await setUp({}, {});
    const { session } = line.welcome;
    line.lose();
    const next = await connect({ session, serves });
    expect(connection.serves).toBe(serves);
    const asked = client.confirm("sure?");
    await pass(0);
    next.hear("[[1,1],[5,2,true]]");
    expect(await asked).toBe(true);
  });
});

describe("a client that is away", () => {
  it("is asked when it is back", async () => {
    const { line, connect, client, pass } = await setUp();
    const { session } = line.welcome;
    line.lose();
    const asked = client.confirm("sure?", { timeoutMs: 5_000 });
    await pass(1_000);
    const next = await connect({ session, serves });
    expect(next.frames).toEqual([[1, 2, "confirm", 4_000, null, "sure?"]]);
    next.hear("[[1,1],[5,2,true]]");
    expect(await asked).toBe(true);
  });

  it("is waited for by offlineCalls calls at most", async () => {
    const { line, client, connection } = await setUp({ offlineCalls: 2 });
    line.lose();
    const waiting = Promise.allSettled([client.away(), client.away()]);
    await expect(client.away()).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "not-sent" });
    connection.close();
    expect(await waiting).toMatchObject([1, 2].map(() => ({ reason: { code: "UNAVAILABLE", outcome: "not-sent" } })));
  });

  it("holds what waits for it: above detachedBytes it is given up", async () => {
    const { line, client, ended, pass } = await setUp({ detachedBytes: 1_000 });
    line.lose();
    const asked = client.confirm("x".repeat(1_000), { timeoutMs: 30_000 });
    const failed = expect(asked).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "not-sent" });
    await pass(1_000);
    expect(ended).toEqual(["waiting sessions hold too much (limits.detachedBytes)"]);
    await failed;
  });

  it("does not come back: what it was sent is unknown, what waited was not sent", async () => {
    const { line, client, pass } = await setUp({ resumeMs: 5_000 });
    const sent = client.confirm("sent");
    await pass(0);
    line.lose();
    const settled = Promise.allSettled([sent, client.confirm("waiting")]);
    await pass(5_000);
    expect(await settled).toMatchObject([{ reason: { outcome: "unknown" } }, { reason: { outcome: "not-sent" } }]);
  });
});

import { defineContract, query } from "@trunkline/core";
import type { Clock } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Caller, hello, settle } from "../test/caller.js";
import { implement } from "./define.js";
import { SLICE_MS } from "./run-queue.js";
import { createServer, type Server } from "./server.js";
import type { ServerOptions } from "./server-options.js";

const opened: { server: Server; clock: VirtualClock }[] = [];

afterEach(async () => {
  for (const { server, clock } of opened.splice(0)) {
    await server.close();
    await settle(clock);
    expect([server.running, server.waiting]).toEqual([0, 0]);
    expect(clock.idle, "alarms are left").toBe(true);
  }
});

const contract = defineContract({
  /** Answers when the test releases it. */
  held: query({ input: z.string(), output: z.number() }),
  /** Computes for so long. */
  compute: query({ input: z.number(), output: z.number() }),
  broken: query({ output: z.string() }),
});

async function setUp(limits: NonNullable<ServerOptions<object>["limits"]>) {
  const virtual = new VirtualClock();
  let computedMs = 0;
  // Time that handlers take for themselves: nothing else happens meanwhile.
  const clock: Clock = {
    now: () => virtual.now() + computedMs,
    wallNow: () => virtual.wallNow(),
    alarm: (wake) => virtual.alarm(wake),
    defer: (task) => virtual.defer(task),
    later: (task) => virtual.later(task),
  };
  const begun: string[] = [];
  const release = new Map<string, () => void>();
  const router = implement(contract).router({
    held: ({ input, deadline, signal }) => {
      begun.push(input);
      return new Promise((resolve) => {
        release.set(input, () => resolve(deadline));
        signal.addEventListener("abort", () => resolve(0));
      });
    },
    compute: ({ input }) => {
      begun.push(`compute ${input}`);
      computedMs += input;
      return input;
    },
    broken: () => Promise.reject(new Error("as always")),
  });
  const server = createServer(router, { clock, limits, onError: () => {} });
  opened.push({ server, clock: virtual });
  const callers = [new Caller(), new Caller()] as const;
  for (const { line } of callers) {
    server.accept(line);
    line.hear(hello());
  }
  await settle(virtual);
  const free = async (name: string) => {
    release.get(name)?.();
    await settle(virtual);
  };
  const sleep = (ms: number) => {
    computedMs += ms;
  };
  return { server, virtual, begun, callers, free, sleep, settled: () => settle(virtual) };
}

const refused = { code: "RESOURCE_EXHAUSTED", message: "the server has more to do than it can", refused: true };

describe("limits.handlers", () => {
  it("holds for all connections together, and what is above it waits until one has settled", async () => {
    const { server, begun, callers, free, settled } = await setUp({ handlers: 2 });
    const [ada, bob] = callers;
    ada.call("held", "a");
    ada.call("held", "b");
    const third = bob.call("held", "c");
    await settled();
    expect([begun, server.waiting]).toEqual([["a", "b"], 1]);
    await free("a");
    expect([begun, server.waiting]).toEqual([["a", "b", "c"], 0]);
    await free("c");
    expect(bob.answers(third)).toHaveLength(1);
  });

  it("counts a handler that fails no longer than it runs, and one that answers at once not at all", async () => {
    const { callers, settled } = await setUp({ handlers: 1, queuedCalls: 1 });
    const [ada] = callers;
    for (let call = 0; call < 5; call++) {
      const failed = ada.call("broken");
      await settled();
      expect(ada.error(failed).code).toBe("INTERNAL");
    }
    const computed = [ada.call("compute", 0), ada.call("compute", 0)];
    await settled();
    expect(computed.map((id) => ada.answers(id))).toEqual([[[5, 0]], [[5, 0]]]);
  });
});

describe("a call that waits", () => {
  it("is refused where too many do, and its handler never begins", async () => {
    const { begun, callers, free, settled } = await setUp({ handlers: 1, queuedCalls: 1 });
    const [ada] = callers;
    ada.call("held", "a");
    ada.call("held", "b");
    const above = ada.call("held", "c");
    await settled();
    expect(ada.error(above)).toEqual(refused);
    await free("a");
    await free("b");
    expect(begun).toEqual(["a", "b"]);
  });

  it("is refused when it has waited for limits.queueMs", async () => {
    const { virtual, callers, settled } = await setUp({ handlers: 1, queueMs: 100 });
    const [ada] = callers;
    ada.call("held", "a");
    const waiting = ada.call("held", "b");
    virtual.advance(99);
    await settled();
    expect(ada.answers(waiting)).toEqual([]);
    virtual.advance(1);
    await settled();
    expect(ada.error(waiting)).toEqual(refused);
  });

  it.each(["cancelled", "expired", "gone"])("never begins once it is %s", async (how) => {
    const { server, virtual, begun, callers, free, settled } = await setUp({ handlers: 1 });
    const [ada, bob] = callers;
    bob.call("held", "a");
    const waiting = ada.call("held", "b", 50);
    await settled();
    if (how === "cancelled") ada.cancel(waiting);
    if (how === "expired") virtual.advance(50);
    if (how === "gone") ada.line.lose(1000);
    await settled();
    await free("a");
    expect([begun, server.waiting, server.abandoned]).toEqual([["a"], 0, 0]);
    if (how === "expired") expect(ada.error(waiting).code).toBe("DEADLINE_EXCEEDED");
  });

  it("D4: begins in a process that was asleep for longer than it may wait", async () => {
    const { begun, callers, sleep, settled } = await setUp({ queueMs: 100 });
    const [ada] = callers;
    ada.call("compute", SLICE_MS + 1);
    const waiting = ada.call("compute", 1);
    sleep(40_000);
    await settled();
    expect(begun).toEqual([`compute ${SLICE_MS + 1}`, "compute 1"]);
    expect(ada.answers(waiting)).toEqual([[5, 1]]);
  });

  it("tells its handler what is left of its time", async () => {
    const { virtual, callers, free, settled } = await setUp({ handlers: 1 });
    const [ada] = callers;
    ada.call("held", "a");
    const waiting = ada.call("held", "b", 500);
    virtual.advance(120);
    await settled();
    await free("a");
    await free("b");
    expect(ada.answers(waiting)).toEqual([[5, 380]]);
  });
});

it("R7: handlers that compute begin in slices, and whoever comes meanwhile has its turn between them", async () => {
  const { begun, callers, settled } = await setUp({});
  const [ada, bob] = callers;
  const half = SLICE_MS / 2 + 1;
  for (let call = 0; call < 6; call++) ada.call("compute", half);
  bob.call("compute", 1);
  expect(begun).toEqual([`compute ${half}`, `compute ${half}`]);
  await settled();
  // Of two lanes each has its turn.
  expect(begun.indexOf("compute 1")).toBe(3);
  expect(begun).toHaveLength(7);
});

import { describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";
import { hello, type Line } from "./line.js";

/** Many who each keep to their limits. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const call = (id: number, path: string, input?: unknown) => [
  1,
  id,
  path,
  0,
  null,
  ...(input === undefined ? [] : [input]),
];

describe("connections", () => {
  test("R3: above the bound of the process get 503, and one more when one has gone", async () => {
    await using victim = await Victim.open({ admission: { connections: 6 }, limits: { resumeMs: 100 } });
    await victim.survives(async () => {
      // The canary is one.
      const lines: Line[] = [];
      for (let index = 0; index < 5; index++) lines.push(await victim.welcomed());
      expect(lines.map(({ status }) => status)).toEqual([101, 101, 101, 101, 101]);
      expect((await victim.line()).status).toBe(503);
      lines[0]?.destroy("RST");
      await pause(50);
      expect((await victim.line()).status).toBe(101);
    });
  });

  test("R3: of one identity, above its bound, get 1013; a takeover does not count, nor does anybody else", async () => {
    await using victim = await Victim.open({ admission: { connectionsPerIdentity: 2 }, limits: { resumeMs: 100 } });
    await victim.survives(async () => {
      const line = await victim.line();
      const { session } = (await line.hello({ auth: "ada" })) ?? {};
      await victim.welcomed("ada");
      const third = await victim.line();
      third.say(hello({ auth: "ada" }));
      expect(await third.closed()).toBe(1013);
      expect((await victim.welcomed("bob")).messages).toHaveLength(1);
      const again = await victim.line();
      expect((await again.hello({ auth: "ada", session }))?.resumed).toBe(true);
    });
  });

  test("R14: that are polite each, and hold too much together, keep new ones out, and then the largest goes", async () => {
    const limits = { attachedBytes: 2_000_000, resumeMs: 100 };
    await using victim = await Victim.open({ limits });
    await victim.survives(
      async () => {
        const lines: Line[] = [];
        for (let index = 0; index < 3; index++) {
          const line = await victim.welcomed();
          // Answered in parts, of which none is ever acknowledged.
          line.say([[1, 0], call(1, "big", { size: index === 1 ? 900_000 : 800_000 })]);
          lines.push(line);
        }
        await pause(200);
        // Weighed within a second, and again a second later.
        const kept = Promise.all([lines[0]?.closed(3_500).catch(() => 0), lines[2]?.closed(3_500).catch(() => 0)]);
        let refused = 0;
        const largest = lines[1] as Line;
        while (largest.open && refused === 0) {
          const late = await victim.line();
          late.say(hello());
          await late.until(() => late.messages.length > 0 || !late.open);
          if (late.messages.length === 0) refused = await late.closed();
          else late.destroy();
          await pause(100);
        }
        expect(refused).toBe(1013);
        expect(await largest.closed()).toBe(4430);
        expect(await kept).toEqual([0, 0]);
      },
      { heldMiB: 6 },
    );
  });
});

test("H18: hooks that outlive their clients count until they have settled", async () => {
  await using victim = await Victim.open({ admission: { hooks: 4 }, limits: { contextMs: 50, resumeMs: 100 } });
  await victim.survives(async () => {
    const lines = await Promise.all([1, 2, 3, 4].map(() => victim.line()));
    for (const line of lines) line.say(hello({ auth: "stubborn" }));
    expect(await Promise.all(lines.map((line) => line.closed()))).toEqual([1013, 1013, 1013, 1013]);
    expect((await victim.line()).status).toBe(503);
    await pause(650);
    expect((await victim.welcomed()).messages).toHaveLength(1);
  });
});

test("R8: handlers left behind by one session after the other are counted, and nothing new is begun above the bound", async () => {
  await using victim = await Victim.open({ limits: { abandonedHandlers: 50, resumeMs: 50 } });
  const leave = async (calls: number) => {
    const line = await victim.welcomed();
    const before = (await victim.condition()).started.never ?? 0;
    line.say([[1, 0], ...Array.from({ length: calls }, (_, index) => call(2 * index + 1, "never"))]);
    await pause(20);
    line.destroy();
    await pause(150);
    return ((await victim.condition()).started.never ?? 0) - before;
  };
  expect(await leave(49)).toBe(49);
  expect((await victim.condition()).abandoned).toBe(49);
  const polite = await victim.welcomed();
  polite.say([[1, 0], call(1, "echo", { text: "a" })]);
  await polite.until(() => polite.frames.length === 1);
  expect(await leave(1)).toBe(1);
  polite.say([[2, 1], call(3, "echo", { text: "a" })]);
  await polite.until(() => polite.frames.length === 2);
  expect(polite.frames[1]).toMatchObject([6, 3, { code: "RESOURCE_EXHAUSTED", refused: true }]);
  expect(await leave(10)).toBe(0);
  expect((await victim.condition()).abandoned).toBe(50);
  polite.destroy();
});

test("R21: a client that makes a handler fail at will is reported ten times a minute, and the rest as one", async () => {
  await using victim = await Victim.open({ limits: { resumeMs: 50 } });
  await victim.survives(async () => {
    const line = await victim.welcomed();
    const frames = Array.from({ length: 200 }, (_, index) => call(2 * index + 1, "boom"));
    line.say([[1, 0], ...frames]);
    await line.until(() => line.frames.length === 200);
    expect((await victim.condition()).reports).toBe(10);
    line.destroy();
  });
  expect((await victim.condition()).reports).toBe(11);
});

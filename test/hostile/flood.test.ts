import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";
import { frame } from "./line.js";

/** More than was agreed on, and messages without an end. */
let victim: Victim;
beforeAll(async () => {
  victim = await Victim.open({
    limits: { resumeMs: 200, messageMs: 300 },
    rate: { messagesPerSecond: 500, bytesPerSecond: 2 * 1024 * 1024 },
  });
});
afterAll(() => victim[Symbol.asyncDispose]());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a flood", () => {
  test("R1: of messages is read as fast as it may come, and nothing is lost", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const began = Date.now();
      const text = `[[1,0]]${" ".repeat(100)}`;
      line.raw(Buffer.concat(Array.from({ length: 7_000 }, () => frame("text", text))));
      line.say([
        [1, 0],
        [1, 1, "echo", 0, null, { text: "last" }],
      ]);
      // 5,000 may come at once and 500 a second after that.
      await line.until(() => line.frames.length === 1, 8_000);
      expect(Date.now() - began).toBeGreaterThan(2_000);
    }));

  test("F17: of pongs in one piece ends with 4429, and its session with it", () =>
    victim.survives(async () => {
      const line = await victim.line();
      const { session } = (await line.hello({ auth: "ada" })) ?? {};
      line.raw(Buffer.concat(Array.from({ length: 40_000 }, () => frame("pong"))));
      expect(await line.closed(5_000)).toBe(4429);
      const next = await victim.line();
      expect((await next.hello({ auth: "ada", session }))?.resumed).toBe(false);
    }));

  test("R2: of large messages is read as fast as it may come, and nothing is lost", () =>
    victim.survives(
      async () => {
        const line = await victim.welcomed();
        const text = "x".repeat(500_000);
        const began = Date.now();
        for (let index = 0; index < 48; index++) {
          line.say([
            [index + 1, 0],
            [1, 2 * index + 1, "anything", 0, null, { text }],
          ]);
        }
        // 24 MB, of which 21 may come at once and 2 a second after that.
        await line.until(() => line.frames.length === 48, 8_000);
        expect(Date.now() - began).toBeGreaterThan(1_000);
      },
      { heldMiB: 8 },
    ));
});

describe("a message without an end", () => {
  test("F6: ends its transport with 4418, though every ping is answered, and leaves the session", () =>
    victim.survives(async () => {
      const line = await victim.line();
      const { session } = (await line.hello({ auth: "ada" })) ?? {};
      line.frame("text", "[", { fin: false });
      const pinging = setInterval(() => line.frame("ping"), 20);
      expect(await line.closed(2_000)).toBe(4418);
      clearInterval(pinging);
      expect(line.pongs).toBeGreaterThan(3);
      const next = await victim.line();
      expect((await next.hello({ auth: "ada", session }))?.resumed).toBe(true);
    }));

  test("F6, N5: but with more of itself in time, is waited for", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const text = JSON.stringify([
        [1, 0],
        [1, 1, "anything", 0, null, { text: "x".repeat(160 * 1024) }],
      ]);
      const step = 20 * 1024;
      for (let at = 0; at < text.length; at += step) {
        line.frame(at === 0 ? "text" : "continuation", text.slice(at, at + step), { fin: at + step >= text.length });
        await pause(100);
      }
      await line.until(() => line.frames.length === 1);
    }));
});

test("F1, F2: a frame that is none ends the session with its socket", () =>
  victim.survives(async () => {
    for (const bytes of [frame("text", "[]", { rsv: 1 }), frame("text", Buffer.from([0xc3, 0x28]))]) {
      const line = await victim.line();
      const { session } = (await line.hello({ auth: "ada" })) ?? {};
      line.raw(bytes);
      await line.closed();
      const next = await victim.line();
      expect((await next.hello({ auth: "ada", session }))?.resumed).toBe(false);
    }
  }));

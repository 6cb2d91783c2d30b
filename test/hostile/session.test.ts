import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";
import { frame, hello, type Line, upgrade } from "./line.js";

/** Sessions that are resumed by the wrong one, at the wrong moment, with the wrong numbers; and networks that break. */
let victim: Victim;
beforeAll(async () => {
  victim = await Victim.open({ limits: { resumeMs: 150, contextMs: 500, detachedBytes: 8 * MiB } });
});
afterAll(() => victim[Symbol.asyncDispose]());

const MiB = 1024 * 1024;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const echo = (id: number, text = "a") => [1, id, "echo", 0, null, { text }];

async function begun(auth = "ada"): Promise<{ line: Line; token: string }> {
  const line = await victim.line();
  const welcome = await line.hello({ auth });
  return { line, token: welcome?.session ?? "" };
}

/** Resumes over a new socket. */
async function resume(session: string, received: number, auth = "ada") {
  const line = await victim.line();
  return { line, welcome: await line.hello({ auth, session, received }) };
}

describe("a token", () => {
  test("M2: of somebody else resumes nothing, and the session goes on where it was", () =>
    victim.survives(async () => {
      const { line, token } = await begun("ada");
      const { welcome } = await resume(token, 0, "eve");
      expect(welcome?.resumed).toBe(false);
      line.say([[1, 0], echo(1)]);
      await line.until(() => line.frames.length === 1);
    }));

  test("M1, M3: that was never given, or is none, resumes nothing", () =>
    victim.survives(async () => {
      for (const session of ["", "x", "__proto__", "A".repeat(43), "\0", "x".repeat(100_000)]) {
        expect((await resume(session, 0)).welcome?.resumed).toBe(false);
      }
      expect((await resume("x", 2 ** 53 - 1)).welcome?.resumed).toBe(false);
    }));

  test("M2, M5: takes the session over from a socket that looks open: 4409, and what that one still says is not heard", () =>
    victim.survives(async () => {
      const { line, token } = await begun();
      const { line: second, welcome } = await resume(token, 0);
      expect(welcome?.resumed).toBe(true);
      line.say([
        [1, 0],
        [1, 1, "soon", 0, null],
      ]);
      expect(await line.closed()).toBe(4409);
      second.say([[1, 0], echo(1)]);
      await second.until(() => second.frames.length === 1);
      expect((await victim.condition()).started.soon).toBeUndefined();
    }));

  test("M2: that was replaced, once anything has come from its successor, resumes nothing", () =>
    victim.survives(async () => {
      const { token } = await begun();
      const { line: second } = await resume(token, 0);
      second.say([[1, 0], echo(1)]);
      await second.until(() => second.frames.length === 1);
      expect((await resume(token, 0)).welcome?.resumed).toBe(false);
      second.say([[2, 1], echo(3)]);
      await second.until(() => second.frames.length === 2);
    }));

  test("M4: with which twenty sockets race leaves one of them the session, and each handler ran once", () =>
    victim.survives(async () => {
      const { line, token } = await begun("slow");
      const before = (await victim.condition()).started.soon ?? 0;
      line.say([
        [1, 0],
        [1, 1, "soon", 0, null],
      ]);
      await pause(5);
      const racing = await Promise.all(Array.from({ length: 20 }, () => resume(token, 0, "slow")));
      await pause(60);
      const open = [];
      for (const { line: each, welcome } of racing) {
        each.say([[(welcome?.received ?? 0) + 1, 0], echo(3)]);
        if (welcome?.resumed === true) open.push(each);
      }
      await pause(60);
      const answered = open.filter((each) => JSON.stringify(each.frames).includes('[5,3,{"text":"a"}]'));
      expect(answered).toHaveLength(1);
      expect(answered[0]!.frames[0]).toEqual([5, 1, "soon"]);
      expect(((await victim.condition()).started.soon ?? 0) - before).toBe(1);
    }));

  test("M11: with a `received` that cannot be closes with 4400 and ends the session", () =>
    victim.survives(async () => {
      for (const received of [1, 2 ** 53 - 1]) {
        const { line, token } = await begun();
        line.say([
          [1, 0],
          [1, 1, "never", 0, null],
        ]);
        await pause(10);
        const { line: second } = await resume(token, received);
        expect(await second.closed()).toBe(4400);
        expect((await resume(token, 0)).welcome?.resumed).toBe(false);
      }
    }));

  test("M11: with a `received` below what was acknowledged closes with 4400", () =>
    victim.survives(async () => {
      const { line, token } = await begun();
      line.say([[1, 0], echo(1)]);
      await line.until(() => line.frames.length === 1);
      line.say([[2, 1]]);
      await pause(20);
      const { line: second } = await resume(token, 0);
      expect(await second.closed()).toBe(4400);
    }));
});

describe("a cut", () => {
  test("M5: and resumed fifty times in a row, in the middle of handlers, loses and repeats nothing", () =>
    victim.survives(async () => {
      let { line, token } = await begun();
      const before = (await victim.condition()).started.soon ?? 0;
      const seen: number[] = [];
      for (let round = 0; round < 50; round++) {
        line.say([
          [round + 1, seen.length],
          [1, 2 * round + 1, "soon", 0, null],
        ]);
        await pause(round % 3);
        if (round % 2 === 0) line.destroy(round % 4 === 0 ? "RST" : "FIN");
        seen.push(...line.frames.map(([, id]) => id as number));
        const next = await victim.line();
        const welcome = await next.hello({ auth: "ada", session: token, received: seen.length });
        expect(welcome?.resumed).toBe(true);
        // What was written and did not arrive is said again, as a client would.
        for (let missing = welcome!.received; missing <= round; missing++) {
          next.say([
            [missing + 1, seen.length],
            [1, 2 * missing + 1, "soon", 0, null],
          ]);
        }
        line = next;
        token = welcome!.session;
      }
      await line.until(() => seen.length + line.frames.length === 50);
      seen.push(...line.frames.map(([, id]) => id as number));
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => 2 * index + 1));
      expect(((await victim.condition()).started.soon ?? 0) - before).toBe(50);
    }));

  test("N3, N4: by RST or FIN after any byte of an exchange leaves nothing half done", () =>
    victim.survives(async () => {
      const request = Buffer.from(upgrade(victim.port));
      const rest = [hello({ auth: "ada" }), [[1, 0], echo(1)]].map((message) => frame("text", JSON.stringify(message)));
      const exchange = Buffer.concat([request, ...rest]);
      for (let cut = 1; cut < exchange.length; cut += 5) {
        const line = await victim.line({ request: exchange.subarray(0, Math.min(cut, request.length)).toString() });
        if (cut > request.length) line.raw(exchange.subarray(request.length, cut));
        if (cut % 2 === 0) await pause(1);
        line.destroy(cut % 4 < 2 ? "RST" : "FIN");
      }
    }));

  test("S8: of a socket whose handlers are at work aborts them when the session is over", () =>
    victim.survives(async () => {
      for (let round = 0; round < 20; round++) {
        const { line } = await begun();
        line.say([
          [1, 0],
          [2, 1, "quiet", 0, null, 1, null],
          [2, 3, "hot", 0, null, 8, null, { size: 9 }],
          [1, 5, "never", 0, null],
        ]);
        if (round % 2 === 0) await pause(5);
        line.destroy(round % 4 < 2 ? "RST" : "FIN");
      }
    }));

  test("M6: that leaves many sessions with answers nobody took leaves them within a bound", () =>
    victim.survives(async () => {
      const before = await victim.condition();
      const lines = await Promise.all(Array.from({ length: 60 }, () => victim.welcomed()));
      for (const line of lines) {
        line.pause();
        line.say([
          [1, 0],
          [1, 1, "big", 0, null, { size: 400_000 }],
        ]);
      }
      await pause(600);
      for (const line of lines) line.destroy("RST");
      await pause(40);
      const after = await victim.condition();
      // 8 MiB of answers, of 24 MB.
      expect(after.connections - before.connections).toBeLessThanOrEqual(21);
    }));
});

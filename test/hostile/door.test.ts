import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";
import { frame, hello, Line, upgrade } from "./line.js";

/** Who has not been let in yet, or never will be. */
let victim: Victim;
beforeAll(async () => {
  victim = await Victim.open({
    throwing: true,
    limits: { helloMs: 400, contextMs: 200, resumeMs: 200 },
    admission: { pending: 40 },
  });
});
afterAll(() => victim[Symbol.asyncDispose]());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("before hello is accepted", () => {
  test("H10: a call before hello closes with 4401 and starts nothing", () =>
    victim.survives(async () => {
      const line = await victim.line();
      line.say([
        [1, 0],
        [1, 1, "soon", 0, null],
      ]);
      expect(await line.closed()).toBe(4401);
      expect((await victim.condition()).started.soon).toBeUndefined();
    }));

  test("H10: a call behind a hello that is being judged closes with 4401 and starts nothing", () =>
    victim.survives(async () => {
      const line = await victim.line();
      line.say(hello({ auth: "slow" }));
      line.say([
        [1, 0],
        [1, 1, "soon", 0, null],
      ]);
      expect(await line.closed()).toBe(4401);
      await pause(80);
      expect((await victim.condition()).started.soon).toBeUndefined();
    }));

  test("H11: a second hello closes with 4400, while the first is judged and after it", () =>
    victim.survives(async () => {
      const judged = await victim.line();
      judged.say(hello({ auth: "slow" }));
      judged.say(hello());
      expect(await judged.closed()).toBe(4400);
      const ready = await victim.welcomed();
      ready.say(hello());
      expect(await ready.closed()).toBe(4400);
    }));

  test("H12, H13: silence, a hello that dribbles and pings end with 4408 at one deadline", () =>
    victim.survives(async () => {
      const began = Date.now();
      const [silent, dribbling, pinging] = [await victim.line(), await victim.line(), await victim.line()];
      const bytes = frame("text", JSON.stringify(hello()));
      const dribble = setInterval(() => {
        dribbling.raw(bytes.subarray(0, 1));
        pinging.frame("ping");
      }, 30);
      const codes = await Promise.all([silent.closed(), pinging.closed()]);
      // Its next frame was never complete, so the close frame may cross the reset.
      await dribbling.until(() => !dribbling.open, 4_000);
      clearInterval(dribble);
      expect(codes).toEqual([4408, 4408]);
      expect(Date.now() - began).toBeLessThan(3_500);
    }));

  test("H15: a context hook that hangs costs its deadline and no more: 1013", () =>
    victim.survives(async () => {
      const line = await victim.line();
      line.say(hello({ auth: "hang" }));
      expect(await line.closed(1_000)).toBe(1013);
    }));

  test("H16: a context hook that throws null closes with a constant", () =>
    victim.survives(async () => {
      const line = await victim.line();
      line.say(hello({ auth: "throw" }));
      expect(await line.closed()).toBe(1013);
    }));

  test("H17: clients that go, with a FIN or an RST, while their hook runs become nobody", () =>
    victim.survives(async () => {
      for (const ms of [0, 2, 10, 49, 51, 60]) {
        for (const how of ["FIN", "RST"] as const) {
          const line = await victim.line();
          line.say(hello({ auth: "slow" }));
          await pause(ms);
          line.destroy(how);
        }
      }
    }));

  test("H18, R3: sockets that wait at the door are bounded, and the next gets 503", () =>
    victim.survives(async () => {
      const lines = await Promise.all(Array.from({ length: 60 }, () => victim.line()));
      const statuses = lines.map(({ status }) => status);
      expect(statuses.filter((status) => status === 101)).toHaveLength(40);
      expect(statuses.filter((status) => status === 503)).toHaveLength(20);
      for (const line of lines) line.destroy("RST");
      await pause(50);
      expect((await victim.welcomed()).open).toBe(true);
    }));
});

describe("an upgrade", () => {
  const targets = ["/other", "/%2f", "//", "/.", "/\0", `/${"a".repeat(4_000)}`, "http://127.0.0.1/"];

  test("H6, H24: for a target that nobody serves is refused, and its socket is gone within a second", () =>
    victim.survives(async () => {
      for (const path of targets) {
        const line = await victim.line({ path });
        expect([400, 404, undefined], path).toContain(line.status);
        await line.until(() => !line.open, 1_000);
      }
    }));

  test("H5: of a page that reached this machine under a name of its own is refused with 403", () =>
    victim.survives(async () => {
      const name = `rebound.test:${victim.port}`;
      const request = upgrade(victim.port).replace(/Host: .*/, `Host: ${name}\r\nOrigin: http://${name}`);
      expect((await victim.line({ request })).status).toBe(403);
      const own = upgrade(victim.port).replace(/Host: (.*)/, "Host: $1\r\nOrigin: http://$1");
      expect((await victim.line({ request: own })).status).toBe(101);
    }));

  const headers = [
    "Host: a b",
    "Sec-WebSocket-Key: x",
    "Sec-WebSocket-Version: 8",
    "Sec-WebSocket-Protocol: constructor",
    `Sec-WebSocket-Protocol: ${"a, ".repeat(20_000)}b`,
    `Sec-WebSocket-Protocol: ${" ".repeat(6_000)}x`,
    `X-Long: ${"x".repeat(16_000)}`,
  ];

  test("H7, H8: with a header that is none, or too long, is refused with 400 or 431", () =>
    victim.survives(async () => {
      const lines = upgrade(victim.port).split("\r\n");
      for (const header of headers) {
        const name = header.slice(0, header.indexOf(":") + 1);
        const request = [lines[0], header, ...lines.slice(1).filter((line) => !line.startsWith(name))].join("\r\n");
        const line = await victim.line({ request });
        expect([400, 431], header.slice(0, 60)).toContain(line.status);
        await line.until(() => !line.open, 1_000);
      }
    }));
});

test("D3, E1, E5: hooks and handlers that throw harm nobody, and nothing of what they threw leaves", async () => {
  const after = await victim.survives(async () => {
    const line = await victim.welcomed();
    line.say([
      [1, 0],
      [1, 1, "boom", 0, null],
      [2, 3, "spiteful", 0, null, 8, null],
      [1, 5, "echo", 0, null, {}],
    ]);
    await line.until(() => line.frames.length === 3);
    line.say([
      [4, 3],
      [3, 3],
    ]);
    expect(JSON.stringify(line.messages)).not.toMatch(/hunter2|SELECT|at .*\.ts|onConnect/);
  });
  expect(after.reports).toBeGreaterThan(2);
});

test("D13, H14: a server closes within its two seconds, whoever holds half a request or says nothing", async () => {
  await using held = await Victim.open();
  const lines = ["", "GET / HTTP/1.1\r\nHost: a", upgrade(held.port).slice(0, -4)].map((bytes) =>
    Line.bare(held.port, bytes),
  );
  const line = await held.welcomed();
  line.pause();
  await pause(50);
  const began = Date.now();
  await held.close();
  expect(Date.now() - began).toBeLessThan(3_000);
  const { connections, timers, sockets } = await held.condition();
  expect({ connections, timers, sockets }).toEqual({ connections: 0, timers: 0, sockets: 0 });
  for (const each of [...lines, line]) each.destroy();
});

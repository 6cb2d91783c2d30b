import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";
import { frame, hello } from "./line.js";

/** Bytes that are no WebSocket, texts that are no message, values that are too much. */
let victim: Victim;
beforeAll(async () => {
  victim = await Victim.open({ limits: { resumeMs: 100 } });
});
afterAll(() => victim[Symbol.asyncDispose]());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the WebSocket layer", () => {
  test("F1: every first byte with every sort of length is an answer or a close, never a crash", () =>
    victim.survives(async () => {
      const payloads = ["", "x".repeat(125), "x".repeat(126), "x".repeat(65_536)];
      const attempt = async (first: number) => {
        const line = await victim.welcomed();
        for (const payload of [payloads[first & 3]!, payloads[(first + 1) & 3]!]) {
          line.frame(first & 15, payload, { fin: (first & 128) !== 0, rsv: (first >> 4) & 7 });
        }
        if ((first & 15) > 10 || (first & 112) !== 0) expect(await line.closed()).toBe(1002);
        line.destroy();
      };
      for (let first = 0; first < 256; first += 16) {
        await Promise.all(Array.from({ length: 16 }, (_, index) => attempt(first + index)));
      }
    }));

  const wrong: readonly [string, Buffer, number][] = [
    ["unmasked", frame("text", "[]", { masked: false }), 1002],
    ["invalid UTF-8", frame("text", Buffer.from([0xc3, 0x28])), 1007],
    ["2^63 bytes", frame("text", "", { length: 1n << 63n }), 1009],
    ["2^53 bytes", frame("text", "", { length: 1n << 53n }), 1009],
    ["one byte too long", frame("text", "", { length: 1_048_577n }), 1009],
    ["binary, and no envelope", frame("binary", "[[1,0]]"), 4400],
    ["close with 999", frame("close", Buffer.from([3, 231])), 1002],
    ["close with one byte", frame("close", "x"), 1002],
    ["close, unreadable reason", frame("close", Buffer.from([3, 232, 0xff])), 1007],
  ];

  test("F1, F2, F3, F10, F12: a frame that is wrong closes with a constant code", () =>
    victim.survives(async () => {
      for (const [what, bytes, code] of wrong) {
        const line = await victim.welcomed();
        line.raw(bytes);
        expect(await line.closed(), what).toBe(code);
      }
    }));

  test("F4, F5: a message in 20,000 fragments, or in single bytes, closes with 1008", () =>
    victim.survives(async () => {
      const fragments = await victim.welcomed();
      fragments.frame("text", "[", { fin: false });
      fragments.raw(Buffer.concat(Array.from({ length: 20_000 }, () => frame("continuation", "", { fin: false }))));
      expect(await fragments.closed()).toBe(1008);
      const bytes = await victim.welcomed();
      const message = frame("text", " ".repeat(4_096));
      for (let at = 0; at < message.length && bytes.open; at++) {
        bytes.raw(message.subarray(at, at + 1));
        if (at % 16 === 0) await pause(0);
      }
      // Whether bytes arrive singly is the network's choice.
      expect([1008, 4400]).toContain(await bytes.closed());
    }));

  test("F15: what follows a close frame is not acted on", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      line.frame("close", Buffer.from([3, 232]));
      line.say([
        [1, 0],
        [1, 1, "soon", 0, null],
      ]);
      await line.until(() => !line.open);
      expect((await victim.condition()).started.soon).toBeUndefined();
    }));

  test("F16, F17: floods of pings and pongs at which nobody reads keep no memory", () =>
    victim.survives(async () => {
      for (const opcode of ["ping", "pong"] as const) {
        const line = await victim.welcomed();
        line.pause();
        const burst = Buffer.concat(Array.from({ length: 1_000 }, () => frame(opcode, "p".repeat(125))));
        for (let round = 0; round < 80 && line.open; round++) {
          line.raw(burst);
          await line.drained();
        }
        expect((await victim.condition()).heldBytes).toBeLessThan(40 * 1024 * 1024);
      }
    }));
});

describe("a message", () => {
  const nonsense = [
    ...[
      "",
      " ",
      "null",
      "1",
      '"x"',
      "{}",
      "[]",
      "[[]]",
      "[[1]]",
      "[[1,0,0]]",
      "[[1,0],[]]",
      "[[1,0]][[1,0]]",
      "[[1,0]]x",
    ],
    ...[
      "\ufeff[[1,0]]",
      "\0",
      "\u2028",
      '["\\ud800"]',
      "[[1,0],[1,1]]",
      '["__proto__",{}]',
      '["hello"]',
      "[".repeat(100_000),
    ],
    ...["[[0,0]]", "[[2,0]]", "[[1,1]]", "[[1,-1]]", "[[-0,0]]", "[[1e400,0]]", "[[9007199254740992,0]]", '[["1",0]]'],
    // Ids and credit that are none.
    ...["1.5", '"1"', "-0", "0", "-1", "9007199254740992", "{}", "null", "1e400", "2"].map(
      (id) => `[[1,0],[1,${id},"soon",0,null]]`,
    ),
    ...["-1", "1.5", "NaN", "1e308", "1025", '"1"', "null"].map(
      (credit) => `[[1,0],[2,1,"quiet",0,null,${credit},null]]`,
    ),
    ...["0", "-1", "1.5", "1e308", '"1"', "1025"].map((limit) => `[[1,0],[2,1,"quiet",0,null,1,null],[4,1,${limit}]]`),
    '[[1,0],[2,1,"quiet",0,null,1,7]]',
    `[[1,0],[2,1,"quiet",0,null,1,"${"e".repeat(1_025)}"]]`,
    '[[1,0],[1,1,"soon",-1,null]]',
    '[[1,0],[1,1,"soon",0,[]]]',
    `[[1,0]${",[3,1]".repeat(1_025)}]`,
    '["goodbye",{"spreadMs":0}]',
  ];

  test("F11, F20, S3, S10, M7, M11, R7: that is none closes with 4400, whatever it is", () =>
    victim.survives(async () => {
      for (const text of nonsense) {
        const line = await victim.welcomed();
        line.say(text);
        expect(await line.closed(), text.slice(0, 60)).toBe(4400);
        line.destroy();
      }
      expect((await victim.condition()).started.soon).toBeUndefined();
    }));

  test("F11: that is none instead of hello closes before anything is looked at", () =>
    victim.survives(async () => {
      for (const text of [
        "",
        "[",
        "{}",
        '["hello",{}]',
        '["hello",{"contract":1}]',
        JSON.stringify(hello({ received: -1 })),
      ]) {
        const line = await victim.line();
        line.say(text);
        expect(await line.closed(), text).toBe(4400);
      }
    }));

  test("S5: credit and cancels for ids that never were, or are over, change nothing", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const strays = Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? [3, 999_999] : [4, 777, 1_024]));
      line.say([[1, 0], [1, 1, "echo", 0, null, { text: "a" }], ...strays]);
      await line.until(() => line.frames.length === 1);
      line.say([
        [502, 1],
        [3, 1],
        [4, 1, 5],
        [1, 3, "echo", 0, null, { text: "b" }],
      ]);
      await line.until(() => line.frames.length === 2);
    }));

  test("S9: an id that was used before closes with 4400", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      line.say([
        [1, 0],
        [1, 3, "never", 0, null],
        [1, 3, "echo", 0, null, { text: "again" }],
      ]);
      expect(await line.closed()).toBe(4400);
    }));
});

describe("a payload", () => {
  const call = (path: string, input: string) => `[[1,0],[1,1,${JSON.stringify(path)},0,null,${input}]]`;
  const large = (item: (index: number) => string) => {
    let text = "";
    for (let index = 0; text.length < 1_000_000; index++) text += `${index === 0 ? "" : ","}${item(index)}`;
    return text;
  };

  const heavy = {
    "integer-like keys": `{${large((index) => `"${index * 50_001}":0`)}}`,
    names: `{${large((index) => `"k${index}":0`)}}`,
    "empty arrays that may hold __proto__": `["\\u0070",${large(() => "[]")}]`,
    "empty objects that may hold __proto__": `["\\u0070",${large(() => "{}")}]`,
    "numbers that may hold __proto__": `["\\u0070",${large(() => "0")}]`,
  };

  test("P1, P3: however it is made, and as large as may be, takes a fraction of a second", () =>
    victim.survives(
      async () => {
        for (const [what, input] of Object.entries(heavy)) {
          const line = await victim.welcomed();
          const before = (await victim.condition()).cpuMs;
          line.say(call("anything", input));
          await line.until(() => line.frames.length === 1);
          expect(line.frames).toEqual([[5, 1, true]]);
          expect((await victim.condition()).cpuMs - before, what).toBeLessThan(350);
          line.destroy();
        }
      },
      { heldMiB: 6 },
    ));

  test("P4: an object with the key __proto__ is refused, and its cousins are data", () =>
    victim.survives(async () => {
      for (const key of ["__proto__", "\\u005f_proto__", "__pr\\u006fto__"]) {
        const line = await victim.welcomed();
        line.say(call("anything", `{"a":[{"${key}":{"polluted":1}}]}`));
        expect(await line.closed()).toBe(4400);
      }
      const line = await victim.welcomed();
      line.say(call("anything", '{"constructor":{"prototype":{"polluted":1}},"then":1,"toJSON":1,"valueOf":1}'));
      await line.until(() => line.frames.length === 1);
      expect(line.frames).toEqual([[5, 1, true]]);
    }));

  test("P5, R13: names that every object has are no procedures, and are not echoed", () =>
    victim.survives(async () => {
      const names = [
        ...Object.getOwnPropertyNames(Object.prototype),
        "then",
        "a.b.constructor",
        "",
        "echo.then",
        "x".repeat(9_999),
      ];
      const line = await victim.welcomed();
      line.say([[1, 0], ...names.map((name, index) => [1, 2 * index + 1, name, 0, null])]);
      await line.until(() => line.frames.length === names.length);
      const message = "the server has no such procedure";
      for (const [op, , error] of line.frames) {
        expect([op, error]).toEqual([6, { code: "UNIMPLEMENTED", message, refused: true }]);
      }
    }));

  test("E1: nothing of what a handler threw is in any byte that leaves", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      line.say([
        [1, 0],
        [1, 1, "boom", 0, null],
        [1, 3, "echo", 0, null, { text: { secret: "hunter2" } }],
      ]);
      await line.until(() => line.frames.length === 2);
      expect(JSON.stringify(line.messages)).not.toMatch(/hunter2|SELECT|stack|\.ts/);
    }));
});
